import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { RunError } from "../errors.ts";

/** `dist/web`, from the sources as from `dist/dashboard/`. */
const builtPages = fileURLToPath(new URL("../../dist/web", import.meta.url));

/** Whether a path belongs to the built pages, which are public: they hold no data. */
export function isPage(path: string): boolean {
  return /^\/(dashboard|join|assets)(\/|$)/.test(path);
}

/**
 * Serves the built pages: `/dashboard/`, `/join/` and what they need under `/assets/`.
 *
 * @param folder what `vite build web` has made
 * @throws RunError `dashboard.pages` when it is not there
 */
export function servePages(folder = builtPages): Hono {
  if (!existsSync(join(folder, "dashboard", "index.html"))) {
    throw new RunError(
      "dashboard.pages",
      `The pages of the dashboard are not in ${folder}; run \`npm run build:web\` in the checkout, or install the package again.`,
      { at: folder },
    );
  }
  const files = serveStatic({ root: folder, precompressed: true });
  const pages = new Hono();
  pages.get("/", (c) => c.redirect("./dashboard/"));
  // Without the slash the links within a page would lead elsewhere.
  pages.get("/dashboard", (c) => c.redirect("./dashboard/"));
  pages.get("/join", (c) => c.redirect("./join/"));
  for (const path of ["/dashboard/*", "/join/*", "/assets/*"]) pages.get(path, files);
  return pages;
}
