/** The two pages: the dashboard and the client in a browser tab. Everything they need is in `dist/web`, nothing from elsewhere. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: file("."),
  // Served at `/` by every server; relative, so that a proxy may put them under a path.
  base: "./",
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
