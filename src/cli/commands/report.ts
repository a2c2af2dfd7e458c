import { statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { InputError } from "../../errors.ts";
import { openRunFolder, writeReport } from "../../records/node/index.ts";
import { checkWritable } from "../out-folder.ts";
import { type Terminal, writeLine } from "../terminal.ts";

interface Options {
  readonly out?: string;
  readonly json?: true;
}

/** `coterie report RUN...`: writes the static report of finished or interrupted runs anew. */
export function addReportCommand(program: Command, terminal: Terminal): void {
  program
    .command("report")
    .description("write the report of one or several runs")
    .argument("<runs...>", "folders of runs")
    .option(
      "--out <file>",
      "where to write it (default: report.html, or comparison.html for several, in the first folder)",
    )
    .option("--json", "the report's path as JSON on standard output")
    .action(async (runs: string[], options: Options) => {
      const folders = runs.map((run) => openRunFolder(run));
      const file = options.out ?? join(runs[0], runs.length === 1 ? "report.html" : "comparison.html");
      checkFile(file);
      await writeReport(folders, file);
      writeLine(terminal.out, options.json ? JSON.stringify({ report: file }) : file);
    });
}

/** Whether a report can be written to `file`. */
function checkFile(file: string): void {
  const folder = dirname(resolve(file));
  const facts = (path: string) => statSync(path, { throwIfNoEntry: false });
  if (facts(file)?.isDirectory()) {
    throw new InputError("cli.out.file", `${file} is a folder; give a file as --out.`, { at: file });
  }
  if (!facts(folder)?.isDirectory()) {
    throw new InputError(
      "cli.out.file",
      `There is no folder ${dirname(file)} for the report; make it first.`,
      { at: file },
    );
  }
  checkWritable(folder, dirname(file));
}
