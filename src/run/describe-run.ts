import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus } from "node:os";
import type { EventBody } from "../records/events.ts";
import type { PreparedModel, PreparedRun } from "./prepare.ts";

/**
 * The first event of a run: all that is needed to repeat it.
 *
 * @param clients those that are simulated; real ones make themselves known when they come
 */
export function describeRun(
  prepared: PreparedModel & Partial<Pick<PreparedRun, "clients" | "histogram" | "corrupted">>,
  run: string,
  workers: number,
): EventBody {
  const { recipe, task, clients, initial, dataset, histogram = [], corrupted } = prepared;
  return {
    kind: "run-started",
    run,
    fabric: clients === undefined ? "websocket" : "simulated",
    recipe,
    seed: recipe.seed,
    task: task.name,
    clients: clients?.length ?? recipe.clients,
    parameters: initial.length,
    rounds: recipe.rounds,
    versions: versions(),
    machine: { cpu: cpus()[0]?.model ?? "unknown", cores: availableParallelism(), workers },
    classNames: dataset.classNames ?? Array.from({ length: dataset.train.classes }, (_, k) => String(k)),
    ...(dataset.relations && { relationNames: dataset.relations }),
    histogram,
    ...(corrupted && corrupted.length > 0 && { corrupted: corrupted.map((shard) => clients![shard]) }),
  };
}

/** Versions of what decides a run's bits. */
function versions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  const version = (name: string): string => {
    try {
      // Resolved by file, because some packages do not export their package.json.
      const entry = require.resolve(name).replaceAll("\\", "/");
      const folder = entry.slice(
        0,
        entry.lastIndexOf(`/node_modules/${name}/`) + `/node_modules/${name}/`.length,
      );
      return JSON.parse(readFileSync(`${folder}package.json`, "utf8")).version;
    } catch {
      return "unknown";
    }
  };
  const own = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return {
    coterie: own.version,
    node: process.versions.node,
    "onnxruntime-node": version("onnxruntime-node"),
    "@jax-js/jax": version("@jax-js/jax"),
  };
}
