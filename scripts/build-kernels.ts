/**
 * Compiles the kernels in `src/numeric/kernels/assembly/` (AssemblyScript) to WebAssembly and writes them, as base64, to
 * `src/numeric/kernels/compiled.ts`. Their files end in `.as` because they are not TypeScript, though they look it.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { STRIDE } from "../src/numeric/kernels/panel.ts";

const folder = fileURLToPath(new URL("../src/numeric/kernels/", import.meta.url));
const options = [
  ...["-O3", "--noAssert", "--enable", "simd"],
  // Nothing is allocated: all memory belongs to the caller.
  ...["--runtime", "stub", "--initialMemory", "1"],
  ...["--use", `STRIDE=${STRIDE}`],
];

/** The compiler reads only files that end in `.ts`. */
function readFile(name: string): string | null {
  if (!name.endsWith(".ts")) return null;
  try {
    return readFileSync(`${folder}assembly/${name.replace(/\.ts$/, ".as")}`, "utf8");
  } catch {
    return null;
  }
}

async function compile(kernel: string): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main([`${kernel}.ts`, "--outFile", `${kernel}.wasm`, ...options], {
    readFile,
    writeFile: (_name, contents) => {
      binary = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`${kernel}.as does not compile.\n${stderr}`);
  return binary;
}

const kernels = readdirSync(`${folder}assembly`).map((name) => name.replace(/\.as$/, ""));
const lines = ["// Made by `npm run build:kernels` from the files in assembly/; not to be edited.\n"];
for (const kernel of kernels.sort()) {
  const base64 = Buffer.from(await compile(kernel)).toString("base64");
  lines.push(`export const ${kernel} =\n  "${base64}";\n`);
}
writeFileSync(`${folder}compiled.ts`, lines.join(""));
