import { InputError } from "../errors.ts";
import { check } from "./check.ts";
import { explain, type Problem } from "./explain.ts";
import { applyOverrides, type Override, parseOverride } from "./overrides.ts";
import { type Recipe, type RecipeInput, recipeSchema } from "./schema.ts";
import { schemaAt } from "./schema-walk.ts";
import { readYaml, type YamlDocument } from "./yaml-document.ts";

/** A recipe and where its keys stand. */
export interface LocatedRecipe {
  readonly recipe: Recipe;
  /**
   * Where a key path such as `partition.alpha` stands: `file:line:column`, or the override that set it. Undefined
   * for anything that is not a key path of recipes.
   */
  place(path: string): string | undefined;
}

export interface ParseOptions {
  /** Name for error messages; its base name is the recipe's name when it gives none. */
  readonly file: string;
  /** Texts of the form `key.path=value`, applied on top of the file; see `overrides.ts`. */
  readonly overrides?: readonly string[];
}

/**
 * Reads a recipe: YAML, then overrides, then the schema with its defaults, then the combinations.
 *
 * @throws InputError with code `recipe.*`; message and `at` name the file, line and column, or the override
 */
export function parseRecipe(text: string, options: ParseOptions): Recipe {
  return locateRecipe(text, options).recipe;
}

/** Like `parseRecipe`, and keeps the places, so that what turns out wrong later can still name its line. */
export function locateRecipe(text: string, options: ParseOptions): LocatedRecipe {
  const document = readYaml(text, options.file);
  const overrides = (options.overrides ?? []).map(parseOverride);
  const written = { name: nameFromFile(options.file), ...applyOverrides(document.value, overrides) };
  const result = validate(written);
  if ("problem" in result) {
    const at = placeOf(result.problem, document, overrides, options.file);
    throw new InputError(result.problem.code, `${at}: ${result.problem.sentence}`, { at });
  }
  return {
    recipe: result.recipe,
    place(name) {
      const path = name.split(".");
      const known = schemaAt(recipeSchema, result.recipe, path) !== undefined;
      return known ? placeOf({ path }, document, overrides, options.file) : undefined;
    },
  };
}

/**
 * Fills in the defaults of a recipe given as data and checks it.
 *
 * @throws InputError with code `recipe.*`; `at` is the key path
 */
export function completeRecipe(input: RecipeInput): Recipe {
  const result = validate(input);
  if ("recipe" in result) return result.recipe;
  const { code, sentence, path } = result.problem;
  throw new InputError(code, sentence, { at: path.join(".") });
}

function validate(value: unknown): { recipe: Recipe } | { problem: Problem } {
  const parsed = recipeSchema.safeParse(value);
  if (!parsed.success) return { problem: explain(recipeSchema, value, parsed.error.issues)[0] };
  const problem = check(parsed.data)[0];
  return problem === undefined ? { recipe: parsed.data } : { problem };
}

function placeOf(
  problem: Pick<Problem, "path" | "key">,
  document: YamlDocument,
  overrides: readonly Override[],
  file: string,
): string {
  const place = document.place(problem.path, problem.key ? "key" : "value");
  const override = overrides.findLast(
    ({ path }) => isPrefix(path, problem.path) || (!place.exact && isPrefix(problem.path, path)),
  );
  return override?.source ?? `${file}:${place.line}:${place.column}`;
}

function isPrefix(start: readonly string[], path: readonly string[]): boolean {
  return start.length <= path.length && start.every((key, i) => key === path[i]);
}

/** `recipes/quick start.yaml` becomes `quick-start`. */
function nameFromFile(file: string): string {
  const base = file.split(/[/\\]/).at(-1) as string;
  return (
    base
      .replace(/\.ya?ml$/i, "")
      .replace(/[^A-Za-z0-9._-]+/g, "-")
      .replace(/^[^A-Za-z0-9]+/, "")
      .slice(0, 64) || "recipe"
  );
}
