import type { Dataset } from "../data/examples.ts";
import { loadDataset } from "../data/node/index.ts";
import { histogram } from "../data/partition/histogram.ts";
import { kindsIn } from "../data/partition/kinds-in.ts";
import { partition } from "../data/partition/partition.ts";
import { InputError } from "../errors.ts";
import type { ParameterLayout } from "../learn/layout.ts";
import { initialParameters, layoutOf } from "../learn/parameters.ts";
import { type DataSpec, specOf, type Task } from "../learn/task.ts";
import { SimulationRandom } from "../numeric/random.ts";
import { corruptedClients } from "../recipe/attack-of.ts";
import type { Recipe } from "../recipe/schema.ts";
import type { PartyId } from "../runtime/party.ts";
import { loadTask } from "./load-task.ts";

/** Everything of a run that follows from its recipe alone, before anything is written; real clients bring the rest. */
export interface PreparedModel {
  readonly recipe: Recipe;
  /** Root of the run's simulation randomness. */
  readonly random: SimulationRandom;
  readonly task: Task;
  readonly spec: DataSpec;
  readonly layout: ParameterLayout;
  /** The model before the first round. */
  readonly initial: Float32Array;
  readonly dataset: Dataset;
}

/** The same with the training data dealt out to simulated clients. */
export interface PreparedRun extends PreparedModel {
  /** Row indices into the training set, one array per client. */
  readonly shards: readonly Int32Array[];
  readonly clients: readonly PartyId[];
  /** Row per client, column per class, or per relation where examples are facts. */
  readonly histogram: readonly (readonly number[])[];
  /** Shards of the clients that the adversary controls, ascending; none without one. */
  readonly corrupted: readonly number[];
}

/**
 * Loads and checks data and task, and deals the data to the clients.
 *
 * @param baseFolder what the recipe's relative paths start from
 * @throws InputError when data, partition and task do not fit together
 */
export async function prepare(recipe: Recipe, baseFolder: string): Promise<PreparedRun> {
  const model = await prepareModel(recipe, baseFolder);
  const shards = dealShards(model);
  const clients = shards.map((_, shard) => `client-${shard}`);
  const corrupted = drawCorrupted(model, shards.length);
  return { ...model, shards, clients, histogram: histogram(kindsIn(model.dataset), shards), corrupted };
}

function drawCorrupted({ recipe, random }: PreparedModel, clients: number): number[] {
  const all = Array.from({ length: clients }, (_, shard) => shard);
  const count = corruptedClients({ ...recipe, clients });
  return random
    .stream("corrupted")
    .shuffle(all)
    .slice(0, count)
    .sort((a, b) => a - b);
}

/** Loads and checks data and task. Throws as {@link prepare}. */
export async function prepareModel(recipe: Recipe, baseFolder: string): Promise<PreparedModel> {
  const random = SimulationRandom.fromSeed(recipe.seed);
  const task = await loadTask(recipe.task, baseFolder);
  const dataset = await loadDataset(recipe.data, { seed: recipe.seed, baseFolder });
  const spec = specOf(dataset);
  const layout = layoutOf(task, spec);
  const initial = initialParameters(task, spec, random.stream("initial model").bits());
  if (!initial.every(Number.isFinite)) {
    throw new InputError(
      "task.init",
      `The "init" of task "${task.name}" gave parameters that are not finite.`,
    );
  }
  return { recipe, random, task, spec, layout, initial, dataset };
}

/** Row indices into the training set, one array per client. Throws as `partition`. */
export function dealShards({ recipe, random, dataset }: PreparedModel): Int32Array[] {
  return partition(recipe.partition, dataset.train, {
    clients: recipe.clients,
    random: random.stream("partition"),
    owners: dataset.owners,
  });
}
