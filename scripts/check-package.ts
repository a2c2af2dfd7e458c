/**
 * Proves the published package: packs it, installs the tarball in an empty folder as a user would, and from there
 * imports every door, type-checks a task of one's own against the declarations, and runs recipes.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "coterie-package-"));

/** Output of a command in the empty folder, as the user's own npm would run it. */
function user(command: string, ...args: string[]): string {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_")));
  return execFileSync(command, args, {
    cwd: folder,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
}

try {
  const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: root,
    encoding: "utf8",
  });
  const [{ filename, unpackedSize }] = JSON.parse(packed.slice(packed.indexOf("[\n")));
  console.error(`Packed ${filename}, ${(unpackedSize / 1e6).toFixed(2)} MB unpacked.`);
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "user", private: true, type: "module" }),
  );
  // Without this, onnxruntime-node fetches GPU libraries that nobody here needs; the README says so to users.
  writeFileSync(join(folder, ".npmrc"), "onnxruntime-node-install=skip\n");
  user("npm", "install", "--no-audit", "--no-fund", `./${filename}`, "node@24");

  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const doors = Object.keys(exports).filter((door) => door !== "./package.json");
  const names = doors.map((door) => `coterie${door.slice(1)}`);
  writeFileSync(
    join(folder, "doors.js"),
    `for (const door of ${JSON.stringify(names)}) console.log(door, Object.keys(await import(door)).length);\n`,
  );
  console.error(user("npx", "node", "doors.js"));

  const [task] =
    readFileSync(join(root, "README.md"), "utf8").match(/(?<=```ts\n)[^`]*export default defineTask[^`]*/) ??
    [];
  if (task === undefined) throw new Error("The README has no task of one's own.");
  writeFileSync(join(folder, "task.ts"), task);
  const tsc = join(root, "node_modules/.bin/tsc");
  user(
    tsc,
    "--noEmit",
    "--strict",
    "--skipLibCheck",
    "--module",
    "nodenext",
    "--target",
    "es2024",
    "task.ts",
  );

  const json = user(
    "npx",
    "coterie",
    "run",
    "quickstart",
    "--set",
    "rounds=3",
    "--out",
    "first",
    "--json",
    "--quiet",
  );
  const summary = JSON.parse(json);
  if (!(summary.final.accuracy > 0.8))
    throw new Error(`The quick start reached only ${summary.final.accuracy}.`);
  console.error(`Quick start, 3 rounds from the tarball: accuracy ${summary.final.accuracy}.`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
