/** `coterie`: run a recipe from code. Methods have doors of their own, such as `coterie/aggregation`. */
export { CoterieError, InputError, RunError } from "./errors.ts";
export { completeRecipe, parseRecipe, type Recipe, type RecipeInput } from "./recipe/index.ts";
export type { EventBody, Outcome, RoundSummary, RunEvent, RunSummary } from "./records/events.ts";
export { type RunOptions, run } from "./run/run.ts";
export { type Door, type ServeOptions, serve } from "./run/serve.ts";
export type { Service } from "./run/service.ts";
