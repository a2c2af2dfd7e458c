/** Recipes: a run described in YAML, checked and completed with defaults. Recipe files are found in `node/`. */
export { isTaskPath } from "./check.ts";
export { offeredKinds } from "./offered.ts";
export {
  completeRecipe,
  type LocatedRecipe,
  locateRecipe,
  type ParseOptions,
  parseRecipe,
} from "./parse.ts";
export { type Recipe, type RecipeInput, recipeJsonSchema, recipeSchema } from "./schema.ts";
