import type { Command } from "commander";
import type { RunSummary } from "../../records/events.ts";
import { formatSeconds } from "../../records/report/format.ts";
import { followRun, type Remedy } from "../follow-run.ts";
import { folderOf, outFolder } from "../out-folder.ts";
import { formatScore } from "../progress.ts";
import { addRunOptions, type RunOptions, readyRecipe } from "../run-options.ts";
import type { Runner } from "../runner.ts";
import { type Terminal, writeLine } from "../terminal.ts";

interface Options extends RunOptions {
  readonly out?: string;
  readonly resume?: true;
}

/** `coterie run RECIPE`: carries out one recipe in a simulation. */
export function addRunCommand(program: Command, runner: Runner, terminal: Terminal): void {
  addRunOptions(
    program
      .command("run")
      .description("train a recipe's federation in a simulation")
      .argument("<recipe>", "path of a recipe, or the name of one in recipes/"),
  )
    .option("--out <folder>", "where to keep the run (default: runs/<name>-<time>)")
    .option("--resume", "continue the run in --out, or the latest interrupted run of this recipe")
    .action(async (name: string, options: Options) => {
      const ready = await readyRecipe(name, options);
      const place = await outFolder(ready.recipe.name, options);
      const quiet = options.quiet === true;
      const { workers } = options;
      const remedy: Remedy = (folder) => remedyFor(name, options, folder);
      const summary = await followRun(runner, ready, { ...place, workers, quiet, remedy }, terminal);
      if (!quiet)
        writeLine(
          options.json ? terminal.err : terminal.out,
          closingLines(summary, place.folder ?? folderOf(summary.run)),
        );
      if (options.json) writeLine(terminal.out, JSON.stringify(summary));
    });
}

/** The command that continues: it must name the same overrides, because a run keeps to its recipe. */
function remedyFor(name: string, { set, seed }: Options, folder: string | undefined): string {
  const overrides = set.map((text) => ` --set ${quote(text)}`).join("");
  const seeded = seed === undefined ? "" : ` --seed ${seed}`;
  const command = `coterie run ${quote(name)}${overrides}${seeded}`;
  return folder === undefined
    ? `nothing was written yet, start it again with: ${command}`
    : `continue with: ${command} --out ${quote(folder)} --resume`;
}

function quote(text: string): string {
  return /^[\w./=:,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function closingLines(summary: RunSummary, folder: string): string {
  const { final, best, files } = summary;
  return [
    `accuracy ${formatScore(final.accuracy)} after round ${final.round} (best ${formatScore(best.accuracy)} in round ${best.round})`,
    `loss ${formatScore(final.loss)}, ${formatSeconds(summary.virtualSeconds)} simulated, ${formatSeconds(summary.wallSeconds)} real`,
    `run    ${folder}`,
    `report ${files.report}`,
    `model  ${files.model}, ${files.onnx}`,
  ].join("\n");
}
