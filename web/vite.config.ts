/** The two pages: the dashboard and the client in a browser tab. Everything they need is in `dist/web`, nothing from elsewhere. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Smaller files are not worth another one beside them. */
const WORTH_COMPRESSING = 20_000;

/** Puts a `.gz` beside every large asset: phones then load 4 MB of WebAssembly instead of 14. */
function precompress(): Plugin {
  return {
    name: "precompress",
    apply: "build",
    writeBundle({ dir = "" }) {
      const assets = join(dir, "assets");
      for (const name of readdirSync(assets)) {
        const path = join(assets, name);
        if (statSync(path).size < WORTH_COMPRESSING || name.endsWith(".gz")) continue;
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  root: file("."),
  // Served at `/` by every server; relative, so that a proxy may put them under a path.
  base: "./",
  plugins: [precompress()],
  resolve: {
    conditions: [
      "coterie-source",
      "onnxruntime-web-use-extern-wasm",
      "module",
      "browser",
      "import",
      "default",
    ],
  },
  build: {
    outDir: file("../dist/web"),
    emptyOutDir: true,
    target: "es2023",
    // A strict Content-Security-Policy forbids data: URLs and inline code.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // ECharts, which is fetched when a chart is drawn.
    chunkSizeWarningLimit: 700,
    rolldownOptions: { input: { dashboard: file("dashboard/index.html"), join: file("join/index.html") } },
  },
  worker: { format: "es" },
});
