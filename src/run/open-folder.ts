import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { stringify } from "yaml";
import { InputError } from "../errors.ts";
import type { Recipe } from "../recipe/schema.ts";
import type { EventBody } from "../records/events.ts";
import { createRunFolder, type RunFolder, runFolder, writeFileAtomic } from "../records/node/index.ts";

/**
 * The folder of a run, made when it is a new one.
 *
 * @param path the folder; undefined makes a new one under `runs/`
 * @throws InputError `run.exists` when a new run would overwrite another, `run.missing` when there is none to resume
 */
export async function openFolder(
  path: string | undefined,
  recipe: Recipe,
  resume: boolean,
): Promise<RunFolder> {
  if (path === undefined) {
    const folder = await createRunFolder("runs", recipe.name, new Date());
    await writeRecipe(folder, recipe);
    return folder;
  }
  const folder = runFolder(path);
  if (resume && !existsSync(folder.path)) {
    throw new InputError("run.missing", `There is no run in ${path} to resume.`, { at: path });
  }
  if (!resume && existsSync(folder.events)) {
    throw new InputError(
      "run.exists",
      `There is a run in ${path} already; go on with it by --resume, or choose another folder with --out.`,
      { at: path },
    );
  }
  await mkdir(folder.checkpoints, { recursive: true });
  // Also on resume: the run may have been killed before it had written its recipe.
  if (!resume || !existsSync(folder.recipe)) await writeRecipe(folder, recipe);
  return folder;
}

async function writeRecipe(folder: RunFolder, recipe: Recipe): Promise<void> {
  const header = "# The recipe of this run with all defaults filled in.\n";
  await writeFileAtomic(folder.recipe, header + stringify(recipe));
}

/**
 * @param recorded the recipe in the run's first event
 * @throws InputError `run.recipe-changed`, naming the first key that differs
 */
export function checkSameRecipe(recorded: unknown, recipe: Recipe): void {
  const before = flatten(recorded);
  const now = flatten(recipe);
  for (const key of new Set([...before.keys(), ...now.keys()])) {
    if (before.get(key) === now.get(key)) continue;
    const text = (value: string | undefined) => value ?? "absent";
    throw new InputError(
      "run.recipe-changed",
      `The run cannot be resumed with another recipe: ${key} was ${text(before.get(key))} and is ${text(now.get(key))} now.`,
      { at: key },
    );
  }
}

type RunStarted = Extract<EventBody, { kind: "run-started" }>;

/** @throws InputError `run.fabric` when a simulated run is to go on with real clients, or the reverse */
export function checkSameFabric({ fabric = "simulated" }: RunStarted, described: RunStarted): void {
  if (fabric === described.fabric) return;
  const [was, command] =
    fabric === "simulated" ? ["simulated", "coterie run"] : ["served to real clients", "coterie serve"];
  throw new InputError("run.fabric", `The run was ${was}; go on with it by \`${command} --resume\`.`, {
    at: "--resume",
  });
}

/**
 * @param recorded the run's first event, as the log holds it
 * @param described the same event, made anew
 * @throws InputError `run.data-changed`
 */
export function checkSameData(recorded: EventBody, described: EventBody): void {
  const facts = (event: EventBody) => {
    if (event.kind !== "run-started") return "";
    return JSON.stringify([event.parameters, event.classNames, event.histogram]);
  };
  if (facts(recorded) === facts(described)) return;
  throw new InputError(
    "run.data-changed",
    "The run cannot be resumed: its data or its task have changed since it began; restore them, or start a new run.",
    { at: "data" },
  );
}

function flatten(value: unknown, path = "", into = new Map<string, string>()): Map<string, string> {
  if (typeof value === "object" && value !== null) {
    for (const [key, child] of Object.entries(value))
      flatten(child, path === "" ? key : `${path}.${key}`, into);
  } else if (value !== undefined) {
    into.set(path, JSON.stringify(value));
  }
  return into;
}
