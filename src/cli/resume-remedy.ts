import type { RecipeOptions } from "./run-options.ts";

/**
 * How an interrupted run is continued, as the end of a sentence. The command must name the same overrides, because a
 * run keeps to its recipe.
 *
 * @param command such as `run`
 * @param more further words that the command must repeat
 */
export function resumeRemedy(
  command: string,
  recipe: string,
  { set, seed }: RecipeOptions,
  folder: string | undefined,
  more: readonly string[] = [],
): string {
  const overrides = set.flatMap((text) => ["--set", text]);
  const seeded = seed === undefined ? [] : ["--seed", String(seed)];
  const words = ["coterie", command, recipe, ...overrides, ...seeded, ...more];
  return folder === undefined
    ? `nothing was written yet, start it again with: ${words.map(quote).join(" ")}`
    : `continue with: ${[...words, "--out", folder, "--resume"].map(quote).join(" ")}`;
}

function quote(text: string): string {
  return /^[\w./=:,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
