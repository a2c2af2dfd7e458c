/** Recipes on disk. */
export { findRecipe, listRecipes, type RecipeFile } from "./find.ts";
