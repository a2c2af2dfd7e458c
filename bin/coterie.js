#!/usr/bin/env node
// Starts the command: the sources in a checkout, the compiled files in an installed package. Both need Node 22.18;
// on an older Node this file looks for the npm package `node`, which brings a newer one, and starts that. So it
// keeps to JavaScript that old versions understand.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, "src", "cli", "main.ts");
const main = existsSync(source) ? source : join(root, "dist", "cli", "main.js");

if (!existsSync(main)) {
  fail(`${main} is missing; install the package again, or run \`npm run build\` in a checkout.`);
} else if (isNewEnough(process.versions.node)) {
  await import(pathToFileURL(main).href);
} else {
  const node = packagedNode();
  if (node === undefined) {
    fail(
      `Coterie needs Node 22.18 or newer, and this is ${process.versions.node}; run \`npm install node@24\` in this folder, or install a newer Node.`,
    );
  } else {
    launch(node);
  }
}

/** Node runs TypeScript without a flag from 22.18 and 23.6 on. */
function isNewEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/** The program of the npm package `node`, beside Coterie or in the working folder. */
function packagedNode() {
  for (const folder of [root, process.cwd()]) {
    try {
      const file = createRequire(join(folder, "package.json")).resolve("node/package.json");
      const { version } = JSON.parse(readFileSync(file, "utf8"));
      const program = join(dirname(file), "bin", process.platform === "win32" ? "node.exe" : "node");
      if (isNewEnough(version) && existsSync(program)) return program;
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  return undefined;
}

function launch(node) {
  // The channel tells the child when this process is gone, `kill -9` included; see src/cli/main.ts.
  const child = spawn(node, [main, ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, COTERIE_LAUNCHED: "1" },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(`${node} cannot be started: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(code === null ? 128 + constants.signals[signal] : code));
}

function fail(sentence) {
  console.error(`coterie: ${sentence}`);
  if (process.argv.includes("--json")) {
    console.log(JSON.stringify({ error: { code: "cli.node", message: sentence } }));
  }
  process.exitCode = 2;
}
