import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Command } from "commander";
import { nearestName } from "../../data/index.ts";
import { InputError } from "../../errors.ts";
import type { BenchResult } from "../bench-result.ts";
import { formatTable, type Terminal, writeLine } from "../terminal.ts";

interface Options {
  readonly quick?: true;
  readonly json?: true;
}

/** `bench/` of the checkout; the published package has none. */
const benchFolder = fileURLToPath(new URL("../../../bench", import.meta.url));

/** `coterie bench NAME`: measurements against peers and limits. */
export function addBenchCommand(program: Command, terminal: Terminal): void {
  program
    .command("bench")
    .description("measure this machine, in a checkout of the repository")
    .argument("[name]", "which measurement; their names when absent")
    .option("--quick", "fewer repetitions, for a first look")
    .option("--json", "the result as JSON on standard output")
    .action(async (name: string | undefined, options: Options) => {
      const names = await benchNames();
      if (name === undefined) {
        writeLine(terminal.out, options.json ? JSON.stringify({ benches: names }) : names.join("\n"));
        return;
      }
      const result = await measure(name, names, { quick: options.quick === true });
      writeLine(terminal.out, options.json ? JSON.stringify(result) : resultTable(result));
    });
}

async function benchNames(): Promise<string[]> {
  const entries = existsSync(benchFolder) ? await readdir(benchFolder) : [];
  // Beside the benches lie what they share and their tests.
  const names = entries.filter((entry) => /^[a-z-]+\.ts$/.test(entry) && entry !== "harness.ts");
  if (names.length === 0) {
    throw new InputError(
      "cli.bench.checkout",
      "Benches live in Coterie's repository and not in the package; run this command in a checkout.",
    );
  }
  return names.map((entry) => entry.slice(0, -".ts".length)).sort();
}

async function measure(
  name: string,
  names: readonly string[],
  options: { readonly quick: boolean },
): Promise<BenchResult> {
  if (!names.includes(name)) {
    const nearest = nearestName(name, names);
    const hint = nearest === undefined ? `there are ${names.join(", ")}` : `did you mean "${nearest}"?`;
    throw new InputError("cli.bench.unknown", `There is no bench "${name}"; ${hint}`, { at: name });
  }
  const module: { default: (options: { readonly quick: boolean }) => Promise<BenchResult> } = await import(
    pathToFileURL(join(benchFolder, `${name}.ts`)).href
  );
  return module.default(options);
}

function resultTable({ bench, machine, rows }: BenchResult): string {
  const number = (value: number | undefined): string =>
    value === undefined ? "" : String(Number(value.toPrecision(4)));
  const table = formatTable([
    ["case", "ours", "unit", "peer", "", "ratio"],
    ...rows.map((row) => [
      row.case,
      number(row.ours),
      row.unit,
      number(row.peer),
      row.peerName ?? "",
      number(row.ratio),
    ]),
  ]);
  return `${bench} on ${machine.cpu}, ${machine.cores} cores, Node ${machine.node.replace(/^v/, "")}\n${table}`;
}
