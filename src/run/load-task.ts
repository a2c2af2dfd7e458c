import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InputError } from "../errors.ts";
import { isTask, type Task } from "../learn/task.ts";
import { findTask } from "../learn/tasks/registry.ts";
import { isTaskPath } from "../recipe/index.ts";

/**
 * The task that a recipe names: a registered one, or the default export of a module of the user's.
 *
 * @param baseFolder what a relative path starts from
 * @throws InputError `task.file`, `task.load`, `task.export`, or `learn.task.unknown`
 */
export async function loadTask(name: string, baseFolder: string): Promise<Task> {
  if (!isTaskPath(name)) return findTask(name).task;
  const path = resolve(baseFolder, name);
  if (!existsSync(path)) {
    throw new InputError("task.file", `There is no task file ${name} in ${baseFolder}.`, { at: "task" });
  }
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(path).href);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError("task.load", `The task file ${name} cannot be loaded: ${reason}`, {
      at: path,
      cause,
    });
  }
  if (!isTask(module.default)) {
    throw new InputError(
      "task.export",
      `The task file ${name} must export a task: \`export default defineTask({ ... })\`.`,
      { at: path },
    );
  }
  return module.default;
}
