import type { Command } from "commander";
import { closingLines } from "../closing-lines.ts";
import { followRun, type Remedy } from "../follow-run.ts";
import { folderOf, outFolder } from "../out-folder.ts";
import { resumeRemedy } from "../resume-remedy.ts";
import { addRunOptions, type RunOptions, readyRecipe } from "../run-options.ts";
import type { Runner } from "../runner.ts";
import { type Terminal, writeLine } from "../terminal.ts";
import { watchRun } from "../watch-run.ts";
import { portNumber } from "./ui.ts";

interface Options extends RunOptions {
  readonly out?: string;
  readonly resume?: true;
  /** A port, or just that there is to be a dashboard. */
  readonly ui?: number | true;
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
    .option(
      "--ui [port]",
      "show the run in a browser while it goes on, by the link that is printed",
      portNumber,
    )
    .action(async (name: string, options: Options) => {
      const ready = await readyRecipe(name, options);
      const place = await outFolder(ready.recipe.name, options);
      const quiet = options.quiet === true;
      const { workers, ui } = options;
      const remedy: Remedy = (folder) => resumeRemedy("run", name, options, folder);
      await using watched =
        ui === undefined ? undefined : await watchRun(place, ui === true ? undefined : ui, terminal);
      const plan = { ...place, workers, quiet, remedy, ...watched };
      const summary = await followRun(runner, ready, plan, terminal);
      if (!quiet)
        writeLine(
          options.json ? terminal.err : terminal.out,
          closingLines(summary, place.folder ?? folderOf(summary.run)),
        );
      if (options.json) writeLine(terminal.out, JSON.stringify(summary));
    });
}
