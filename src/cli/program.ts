import { readFileSync } from "node:fs";
import { Command } from "commander";
import { addBenchCommand } from "./commands/bench.ts";
import { addClientsCommand } from "./commands/clients.ts";
import { addCompareCommand } from "./commands/compare.ts";
import { addJoinCommand } from "./commands/join.ts";
import { addKeyCommand } from "./commands/key.ts";
import { addListCommand } from "./commands/list.ts";
import { addReportCommand } from "./commands/report.ts";
import { addRunCommand } from "./commands/run.ts";
import { addServeCommand } from "./commands/serve.ts";
import { addUiCommand } from "./commands/ui.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { reportFailure } from "./failure.ts";
import type { Runner } from "./runner.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Runs one command line.
 *
 * @param words the command line without the program's own name
 * @returns the exit code; never throws
 */
export async function runProgram(
  words: readonly string[],
  runner: Runner,
  terminal: Terminal,
): Promise<ExitCode> {
  try {
    await createProgram(runner, terminal).parseAsync(words, { from: "user" });
    return exitCodes.done;
  } catch (error) {
    return reportFailure(error, terminal, words.includes("--json"));
  }
}

function createProgram(runner: Runner, terminal: Terminal): Command {
  const program = new Command("coterie")
    .description("Train machine-learning models together across parties who do not share their data.")
    .version(packageVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
      // Errors are thrown and told once, by `reportFailure`.
      outputError: () => {},
    });
  addRunCommand(program, runner, terminal);
  addReportCommand(program, terminal);
  addCompareCommand(program, runner, terminal);
  addServeCommand(program, terminal);
  addJoinCommand(program, terminal);
  addClientsCommand(program, terminal);
  addKeyCommand(program, terminal);
  addUiCommand(program, terminal);
  addListCommand(program, terminal);
  addBenchCommand(program, terminal);
  return program;
}

function packageVersion(): string {
  const file = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
