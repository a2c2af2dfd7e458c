import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "web/**/*.test.ts", "bench/**/*.test.ts"],
    testTimeout: 60_000,
    // Some build a page or unpack a browser first.
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
    // Processes that tests start find the sources compiled, which is half of their start.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/compile") },
  },
});
