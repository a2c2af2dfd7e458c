/** The options of the commands that carry out recipes, and what they mean. */
import { availableParallelism } from "node:os";
import { type Command, InvalidArgumentError, Option } from "commander";
import { InputError } from "../errors.ts";
import { type LocatedRecipe, locateRecipe } from "../recipe/index.ts";
import { findRecipe } from "../recipe/node/index.ts";

export interface RecipeOptions {
  readonly set: readonly string[];
  readonly seed?: number;
  readonly json?: true;
  readonly quiet?: true;
}

export interface RunOptions extends RecipeOptions {
  readonly workers: number;
}

const MOST_WORKERS = 256;

export function addRunOptions(command: Command): Command {
  return addRecipeOptions(command).option(
    "--workers <count>",
    "worker threads for training; the results do not depend on it",
    wholeNumber(1, MOST_WORKERS),
    Math.min(availableParallelism(), 8),
  );
}

export function addRecipeOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--set <key.path=value>", "change a key of the recipe; may be repeated")
        .default([] as string[], "none")
        .argParser((text: string, before: string[]) => [...before, text]),
    )
    .option(
      "--seed <integer>",
      "seed of everything random, instead of the recipe's",
      wholeNumber(Number.MIN_SAFE_INTEGER),
    )
    .option("--json", "one JSON value on standard output, everything else on standard error")
    .option("--quiet", "no progress and no closing lines");
}

/** Reads an option's value. */
export function wholeNumber(minimum: number, maximum = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    const range = minimum === Number.MIN_SAFE_INTEGER ? "" : ` from ${minimum} to ${maximum}`;
    throw new InvalidArgumentError(`it must be a whole number${range}.`);
  };
}

/** A recipe that is ready to run. */
export interface ReadyRecipe extends LocatedRecipe {
  readonly baseFolder: string;
}

/**
 * Finds, reads and checks a recipe.
 *
 * @param more overrides besides those of the options
 * @throws InputError with code `recipe.*`
 */
export async function readyRecipe(
  name: string,
  options: Pick<RecipeOptions, "set" | "seed">,
  more: readonly string[] = [],
): Promise<ReadyRecipe> {
  const { file, folder, text } = await findRecipe(name, process.cwd());
  const seed = options.seed === undefined ? [] : [`seed=${options.seed}`];
  return {
    ...locateRecipe(text, { file, overrides: [...options.set, ...more, ...seed] }),
    baseFolder: folder,
  };
}

/** An error that names a key of the recipe, found only while running, gets the key's place in the file. */
export function withPlace(
  error: unknown,
  { place }: { place: (path: string) => string | undefined },
): unknown {
  if (!(error instanceof InputError) || error.at === undefined) return error;
  const at = place(error.at);
  return at === undefined
    ? error
    : new InputError(error.code, `${at}: ${error.message}`, { at, cause: error });
}
