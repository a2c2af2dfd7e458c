import type { Problem } from "./explain.ts";
import type { Recipe } from "./schema.ts";

/** Looks at one combination that no key alone can refuse. */
export type Check = (recipe: Recipe) => Problem | undefined;

/** @param path of the key to change, with dots */
export function impossible(path: string, sentence: string): Problem {
  return { code: "recipe.combination", path: path.split("."), sentence };
}
