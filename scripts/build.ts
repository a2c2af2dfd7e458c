/** Compiles the sources and the pages to `dist/`, from nothing. */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
rmSync(`${root}dist`, { recursive: true, force: true });
execFileSync("node", ["scripts/build-kernels.ts"], { cwd: root, stdio: "inherit" });
execFileSync("tsc", ["-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
execFileSync("vite", ["build", "web"], { cwd: root, stdio: "inherit" });
