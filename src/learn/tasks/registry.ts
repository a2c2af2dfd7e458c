/** The tasks that a recipe can name. */
import { nearestName } from "../../data/names.ts";
import { InputError } from "../../errors.ts";
import type { Task } from "../task.ts";
import { cnnTask } from "./cnn.ts";
import { distMultTask } from "./distmult.ts";
import { mlpTask } from "./mlp.ts";
import { softmaxTask } from "./softmax.ts";
import { tabularLogistic, tabularMlp } from "./tabular.ts";

export interface RegisteredTask {
  readonly task: Task;
  /** What its examples must be. */
  readonly learnsFrom: "pictures" | "a table" | "facts";
}

/** Over the training set, pixels in [0, 1]. */
const MNIST_PIXELS = { mean: 0.1307, deviation: 0.3081 };

const registered: readonly RegisteredTask[] = [
  ...imageTasks("mnist", "MNIST"),
  {
    task: mlpTask(
      "mnist-mlp-standardized",
      "Perceptron 784-100-10 on MNIST, pixels of mean 0 and deviation 1",
      [100],
      MNIST_PIXELS,
    ),
    learnsFrom: "pictures",
  },
  ...imageTasks("fashion", "Fashion-MNIST"),
  factsTask("wordnet-distmult", "WordNet"),
  { task: tabularLogistic, learnsFrom: "a table" },
  { task: tabularMlp, learnsFrom: "a table" },
  factsTask("facts-distmult", "facts about entities"),
];

/** Name to task, in the order in which `coterie list tasks` shows them. */
export const tasks: ReadonlyMap<string, RegisteredTask> = new Map(
  registered.map((entry) => [entry.task.name, entry]),
);

/**
 * The task of this name.
 *
 * @throws InputError `learn.task.unknown`, with the nearest known name or all of them.
 */
export function findTask(name: string): RegisteredTask {
  const found = tasks.get(name);
  if (found !== undefined) return found;
  const nearest = nearestName(name, tasks.keys());
  throw new InputError(
    "learn.task.unknown",
    nearest === undefined
      ? `There is no task "${name}"; choose ${[...tasks.keys()].join(", ")}, or give the path of a file that exports defineTask(...).`
      : `There is no task "${name}"; did you mean "${nearest}"?`,
  );
}

function factsTask(name: string, title: string): RegisteredTask {
  const description = `Link prediction by DistMult with embeddings of 32 numbers on ${title}; its accuracy is Hits@10`;
  return { task: distMultTask(name, description), learnsFrom: "facts" };
}

function imageTasks(prefix: string, title: string): RegisteredTask[] {
  return [
    softmaxTask(`${prefix}-softmax`, `Softmax regression on ${title}`),
    mlpTask(`${prefix}-mlp`, `Perceptron 784-100-10 on ${title}`, [100]),
    mlpTask(`${prefix}-mlp-large`, `Perceptron 784-256-128-10 on ${title}`, [256, 128]),
    cnnTask(`${prefix}-cnn`, `Two 5x5 convolutions (8 and 16 filters) with pooling, one dense, on ${title}`),
  ].map((task) => ({ task, learnsFrom: "pictures" }));
}
