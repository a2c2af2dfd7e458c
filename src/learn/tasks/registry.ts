/** The tasks that a recipe can name. */
import { nearestName } from "../../data/names.ts";
import { wordnetRelations } from "../../data/wordnet/wordnet.ts";
import { InputError } from "../../errors.ts";
import type { Task } from "../task.ts";
import { cnnTask } from "./cnn.ts";
import { distMultTask } from "./distmult.ts";
import { mlpTask } from "./mlp.ts";
import { softmaxTask } from "./softmax.ts";
import { tabularLogistic, tabularMlp } from "./tabular.ts";

export interface RegisteredTask {
  readonly task: Task;
  /** The dataset that belongs to it; undefined where the user brings the data. */
  readonly dataset?: string;
}

/** Over the training set, pixels in [0, 1]. */
const MNIST_PIXELS = { mean: 0.1307, deviation: 0.3081 };

/** Name to task, in the order in which `coterie list tasks` shows them. */
export const tasks: ReadonlyMap<string, RegisteredTask> = new Map(
  [
    ...imageTasks("mnist", "MNIST"),
    {
      task: mlpTask(
        "mnist-mlp-standardized",
        "Perceptron 784-100-10 on MNIST, pixels of mean 0 and deviation 1",
        [100],
        MNIST_PIXELS,
      ),
      dataset: "mnist",
    },
    ...imageTasks("fashion", "Fashion-MNIST"),
    {
      task: distMultTask(
        "wordnet-distmult",
        "Link prediction by DistMult with embeddings of 32 numbers on WordNet; its accuracy is Hits@10",
        2 * wordnetRelations.length,
      ),
      dataset: "wordnet",
    },
    { task: tabularLogistic },
    { task: tabularMlp },
  ].map((entry) => [entry.task.name, entry]),
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

function imageTasks(prefix: string, title: string): RegisteredTask[] {
  const dataset = prefix;
  return [
    { task: softmaxTask(`${prefix}-softmax`, `Softmax regression on ${title}`), dataset },
    { task: mlpTask(`${prefix}-mlp`, `Perceptron 784-100-10 on ${title}`, [100]), dataset },
    { task: mlpTask(`${prefix}-mlp-large`, `Perceptron 784-256-128-10 on ${title}`, [256, 128]), dataset },
    {
      task: cnnTask(
        `${prefix}-cnn`,
        `Two 5x5 convolutions (8 and 16 filters) with pooling, one dense, on ${title}`,
      ),
      dataset,
    },
  ];
}
