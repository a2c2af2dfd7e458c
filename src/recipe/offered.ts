import { type Recipe, recipeSchema } from "./schema.ts";
import { alternatives, kindOf } from "./schema-walk.ts";

/** The kinds that a recipe section offers today, such as every aggregator. */
export function offeredKinds(section: keyof Recipe): { name: string; description: string }[] {
  return alternatives(recipeSchema.shape[section]).flatMap((alternative) => {
    const name = kindOf(alternative);
    return name === undefined ? [] : [{ name, description: alternative.description ?? "" }];
  });
}
