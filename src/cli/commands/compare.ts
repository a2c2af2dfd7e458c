import { join } from "node:path";
import { type Command, Option } from "commander";
import { InputError, RunError } from "../../errors.ts";
import type { RunSummary } from "../../records/events.ts";
import { type RunFolder, runFolder, writeReport } from "../../records/node/index.ts";
import { adviceOf } from "../../records/report/advice.ts";
import type { LogDigest } from "../../records/report/digest.ts";
import { formatBytes, formatSeconds } from "../../records/report/format.ts";
import { followRun } from "../follow-run.ts";
import { newFolder, outFolder } from "../out-folder.ts";
import { formatScore } from "../progress.ts";
import { addRunOptions, type ReadyRecipe, type RunOptions, readyRecipe } from "../run-options.ts";
import type { Runner } from "../runner.ts";
import { combinations, parseSweep } from "../sweep.ts";
import { formatTable, type Terminal, writeLine } from "../terminal.ts";

interface Options extends RunOptions {
  readonly sweep: readonly string[];
  readonly out?: string;
}

/** A run of the comparison: its recipe, and what tells it from the others. */
interface Entry {
  readonly label: string;
  readonly ready: ReadyRecipe;
}

/**
 * `coterie compare RECIPE...`: runs recipes one after the other and puts them side by side. A run that fails does not
 * end the comparison, unless all do.
 */
export function addCompareCommand(program: Command, runner: Runner, terminal: Terminal): void {
  addRunOptions(
    program
      .command("compare")
      .description("run several recipes, or one with several values of a key, side by side")
      .argument("<recipes...>", "paths of recipes, or names in recipes/"),
  )
    .addOption(
      new Option("--sweep <key.path=a,b,c>", "run once for each value; several sweeps combine")
        .default([] as string[], "none")
        .argParser((text: string, before: string[]) => [...before, text]),
    )
    .option("--out <folder>", "where to keep the runs and the report (default: runs/compare-<time>)")
    .action(async (names: string[], options: Options) => {
      const entries = await readyEntries(names, options);
      const { folder = newFolder("compare", Date.now()) } = await outFolder("compare", options);
      const quiet = options.quiet === true;
      const { workers } = options;
      const summaries: RunSummary[] = [];
      const failures: { readonly run: string; readonly error: RunError }[] = [];
      const folders: RunFolder[] = [];
      for (const [i, { label, ready }] of entries.entries()) {
        if (!quiet) writeLine(terminal.err, `[${i + 1}/${entries.length}] ${label}`);
        const path = join(folder, folderName(label, i));
        const remedy = () => "start the comparison again with another --out.";
        const place = { folder: path, resume: false, workers, quiet, remedy };
        try {
          summaries.push(await followRun(runner, ready, place, terminal));
        } catch (error) {
          // That an attack makes a run fail is a result like any other.
          if (!(error instanceof RunError)) throw error;
          writeLine(terminal.err, `coterie: ${label}: ${error.message}`);
          failures.push({ run: label, error });
        }
        folders.push(runFolder(path));
      }
      if (summaries.length === 0) throw failures[0].error;
      const report = join(folder, "report.html");
      const digests = await writeReport(folders, report);
      const advice = adviceOf(digests);
      if (!quiet || !options.json) {
        const table = formatTable([header, ...digests.map((digest, i) => row(entries[i].label, digest))]);
        const lines = advice.map(({ sentence }) => sentence);
        writeLine(
          options.json ? terminal.err : terminal.out,
          [table, `report ${report}`, ...lines].join("\n"),
        );
      }
      if (options.json) {
        const failed = failures.map(({ run, error: { code, message } }) => ({ run, code, message }));
        writeLine(terminal.out, JSON.stringify({ runs: summaries, failures: failed, report, advice }));
      }
    });
}

/** Everything is read and checked before the first run starts. */
async function readyEntries(names: readonly string[], options: Options): Promise<Entry[]> {
  const combined = combinations(options.sweep.map(parseSweep));
  if (names.length * combined.length < 2) {
    throw new InputError(
      "cli.compare",
      "A comparison needs at least two runs; name another recipe, or give --sweep key.path=a,b.",
    );
  }
  const entries: Entry[] = [];
  for (const name of names) {
    for (const overrides of combined) {
      const ready = await readyRecipe(name, options, overrides);
      const parts =
        names.length > 1 || overrides.length === 0 ? [ready.recipe.name, ...overrides] : overrides;
      entries.push({ label: parts.join(" "), ready });
    }
  }
  return entries;
}

/** `1-local.batch-16`: the number keeps the order and makes it unique. */
function folderName(label: string, index: number): string {
  return `${index + 1}-${label.replace(/[^A-Za-z0-9._]+/g, "-").replace(/^-|-$/g, "")}`.slice(0, 80);
}

const header = ["run", "accuracy", "best", "rounds", "time", "real", "uplink"];

function row(label: string, { summary, totals, failure }: LogDigest): string[] {
  const { final, best, rounds, virtualSeconds, wallSeconds } = summary;
  return [
    label,
    failure ? "failed" : final ? formatScore(final.accuracy) : "-",
    best ? formatScore(best.accuracy) : "-",
    String(rounds.length),
    formatSeconds(virtualSeconds),
    formatSeconds(wallSeconds),
    formatBytes(totals.uplinkBytes),
  ];
}
