import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import config from "../vite.config.ts";

/**
 * Builds one page from its sources as it is now, with the configuration of the release.
 *
 * @returns the folder to be served; the caller removes it
 */
export async function buildPage(name: "dashboard" | "join"): Promise<string> {
  const input = { [name]: fileURLToPath(new URL(`../${name}/index.html`, import.meta.url)) };
  const outDir = await mkdtemp(join(tmpdir(), "coterie-page-"));
  // Vitest says "test", and libraries would then be built with their warnings.
  process.env.NODE_ENV = "production";
  await build({
    ...config,
    configFile: false,
    logLevel: "error",
    build: { ...config.build, outDir, rolldownOptions: { input } },
  });
  return outDir;
}
