/** Recipes: a run described in YAML, checked and completed with defaults. Finding recipe files is in `node/`. */
export {
  completeRecipe,
  type LocatedRecipe,
  locateRecipe,
  type ParseOptions,
  parseRecipe,
} from "./parse.ts";
export { type Recipe, type RecipeInput, recipeJsonSchema, recipeSchema } from "./schema.ts";
