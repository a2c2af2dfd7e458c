import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "vite";

/** Content by path, with its type. */
export type ServedFiles = Readonly<Record<string, readonly [type: string, content: string]>>;

/**
 * Serves a module of the join page, built as an ES module, under `/module.js`, and other files beside it.
 *
 * @param path of the module, from the join page's folder
 */
export async function serveModule(
  path: string,
  files: ServedFiles,
): Promise<{ readonly url: string; close(): void }> {
  const entry = fileURLToPath(new URL(`../${path}`, import.meta.url));
  const built = await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, lib: { entry, formats: ["es"] } },
  });
  const [{ output }] = built as { output: { code: string }[] }[];
  const served: ServedFiles = { ...files, "/module.js": ["text/javascript", output[0].code] };
  const server = createServer(({ url = "" }, response) => {
    const [type, content] = served[url] ?? ["text/plain", ""];
    response.setHeader("content-type", type).end(content);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => void server.close() };
}
