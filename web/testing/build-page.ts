import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

/**
 * Builds one page from its sources as it is now, with the configuration of the release.
 *
 * @returns the folder to be served; the caller removes it
 */
export async function buildPage(name: "dashboard" | "join"): Promise<string> {
  const file = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
  const outDir = await mkdtemp(join(tmpdir(), "coterie-page-"));
  await build({
    configFile: file("vite.config.ts"),
    logLevel: "error",
    build: { outDir, emptyOutDir: true, rolldownOptions: { input: { [name]: file(`${name}/index.html`) } } },
  });
  return outDir;
}
