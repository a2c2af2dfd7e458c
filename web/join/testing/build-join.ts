import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, loadConfigFromFile } from "vite";

const web = fileURLToPath(new URL("../../", import.meta.url));

/** Builds the join page as it is shipped, into a folder of its own. */
export async function buildJoin(folder: string): Promise<void> {
  const { config } = (await loadConfigFromFile(
    { command: "build", mode: "production" },
    join(web, "vite.config.ts"),
  ))!;
  await build({
    ...config,
    configFile: false,
    logLevel: "error",
    build: {
      ...config.build,
      outDir: folder,
      rolldownOptions: { input: { join: join(web, "join/index.html") } },
    },
  });
}
