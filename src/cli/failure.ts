import { CommanderError } from "commander";
import { CoterieError, InputError } from "../errors.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { Interrupted } from "./interrupted.ts";
import { type Terminal, writeLine } from "./terminal.ts";

/**
 * Tells people and, with `json`, programs what went wrong.
 *
 * @returns the exit code that belongs to the error
 */
export function reportFailure(error: unknown, terminal: Terminal, json: boolean): ExitCode {
  // Commander has printed help or the version, which are no failures.
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
  const failure = describe(error);
  writeLine(terminal.err, `coterie: ${failure.message}`);
  if (failure.code === "internal" && error instanceof Error && error.stack)
    writeLine(terminal.err, error.stack);
  if (json) writeLine(terminal.out, JSON.stringify({ error: failure }));
  return exitCodeOf(error);
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Interrupted) return exitCodes.interrupted;
  if (error instanceof InputError || error instanceof CommanderError) return exitCodes.usage;
  return exitCodes.failed;
}

function describe(error: unknown): { code: string; message: string; at?: string } {
  if (error instanceof CoterieError) {
    const { code, message, at } = error;
    return at === undefined ? { code, message } : { code, message, at };
  }
  if (error instanceof CommanderError) {
    const message =
      error.code === NO_COMMAND
        ? "give a command, such as `coterie run quickstart`"
        : commanderSentence(error.message);
    return { code: "cli.usage", message };
  }
  return {
    code: "internal",
    message: `unexpected failure: ${error instanceof Error ? error.message : String(error)}`,
  };
}

/** Commander's code for help that was shown because no command was given. */
const NO_COMMAND = "commander.help";

/** Commander's "error: unknown option '--sed'\n(Did you mean --seed?)" as one sentence. */
function commanderSentence(message: string): string {
  return message
    .replace(/^error: /, "")
    .replace(" is invalid. ", " is invalid: ")
    .replace(/\n\(Did you mean (.*)\?\)$/, "; did you mean $1?")
    .replaceAll("\n", " ");
}
