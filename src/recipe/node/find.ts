/** Recipes on disk: a path, or the bare name of one in `recipes/` of the working folder or of the package. */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { nearestName } from "../../data/index.ts";
import { InputError } from "../../errors.ts";

/** Bytes of a recipe file; `yaml-document.ts` has the tighter bound in characters. */
const LARGEST_FILE = 2 ** 20;

/** `recipes/` of the checkout or of the installed package: this file is as deep in `src/` as in `dist/`. */
const packageRecipes = fileURLToPath(new URL("../../../recipes", import.meta.url));

export interface RecipeFile {
  /** As people should see it: relative to the working folder where it lies within. */
  readonly file: string;
  /** Absolute; paths in the recipe are relative to it. */
  readonly folder: string;
  readonly text: string;
}

/**
 * Reads the recipe that the command line names.
 *
 * @param name a path (with a slash or ending in `.yaml` or `.yml`), or a bare name such as `quickstart`
 * @param workingFolder absolute
 * @throws InputError `recipe.not-found` with the nearest name, `recipe.unreadable`
 */
export async function findRecipe(name: string, workingFolder: string): Promise<RecipeFile> {
  const isPath = /[/\\]|\.ya?ml$/i.test(name);
  const candidates = isPath
    ? [resolve(workingFolder, name)]
    : recipeFolders(workingFolder).flatMap((folder) => [
        join(folder, `${name}.yaml`),
        join(folder, `${name}.yml`),
      ]);
  for (const path of candidates) {
    if (await exists(path)) return readRecipe(path, workingFolder);
  }
  throw isPath ? await missingFile(name, candidates[0]) : await missingName(name, workingFolder);
}

/** Every recipe that a bare name finds, with the first line of its comment; those of the working folder first. */
export async function listRecipes(
  workingFolder: string,
): Promise<{ name: string; description: string; file: string }[]> {
  const found = new Map<string, { name: string; description: string; file: string }>();
  for (const folder of recipeFolders(workingFolder)) {
    for (const entry of await recipeNames(folder)) {
      const name = entry.replace(/\.ya?ml$/i, "");
      const path = join(folder, entry);
      const description = /^#\s*(.*)/.exec(await readFile(path, "utf8"))?.[1] ?? "";
      if (!found.has(name)) found.set(name, { name, description, file: shown(path, workingFolder) });
    }
  }
  return [...found.values()];
}

function recipeFolders(workingFolder: string): string[] {
  return [...new Set([join(workingFolder, "recipes"), packageRecipes])];
}

async function recipeNames(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((entry) => /\.ya?ml$/i.test(entry)).sort();
  } catch {
    return [];
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

async function readRecipe(path: string, workingFolder: string): Promise<RecipeFile> {
  const file = shown(path, workingFolder);
  const unreadable = (why: string, cause?: unknown): InputError =>
    new InputError("recipe.unreadable", `${file}: ${why}`, { at: file, cause });
  const { size } = await stat(path);
  if (size > LARGEST_FILE) throw unreadable(`the file has ${size} bytes, which is more than any recipe`);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const isFolder = (cause as NodeJS.ErrnoException).code === "EISDIR";
    throw unreadable(
      isFolder ? "this is a folder; give the recipe file in it" : "the file cannot be read",
      cause,
    );
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { file, folder: dirname(path), text };
  } catch (cause) {
    throw unreadable("the file is not UTF-8 text", cause);
  }
}

function shown(path: string, workingFolder: string): string {
  const short = relative(workingFolder, path);
  return short.startsWith("..") ? path : short;
}

async function missingFile(name: string, path: string): Promise<InputError> {
  const nearest = nearestName(basename(path), await recipeNames(dirname(path)));
  const hint =
    nearest === undefined
      ? "give the path of a recipe, or a name from `coterie list recipes`"
      : `did you mean "${nearest}"?`;
  return new InputError("recipe.not-found", `There is no recipe file ${name}; ${hint}`, { at: name });
}

async function missingName(name: string, workingFolder: string): Promise<InputError> {
  const names = (await listRecipes(workingFolder)).map((recipe) => recipe.name);
  const nearest = nearestName(name, names);
  const hint = nearest === undefined ? `there are ${names.join(", ")}` : `did you mean "${nearest}"?`;
  return new InputError("recipe.not-found", `There is no recipe "${name}"; ${hint}`, { at: name });
}
