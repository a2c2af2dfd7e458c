/**
 * A task says what is learnt: the parameters, how they predict, what is minimised and what is counted. It is
 * written once, in JAX style on `@jax-js/jax`, and knows nothing of clients, rounds, optimisers or engines.
 *
 * For authors: jax-js arrays have move semantics. Handing an array to any function or method uses it up; an array
 * that is needed again is handed over as `x.ref` in every place but the last: `x.ref.mul(x)` is x². Constants
 * that are created inside a function follow the same rule.
 */
import { type numpy as np, tree } from "@jax-js/jax";
import type { Dataset } from "../data/examples.ts";
import { CoterieError, InputError } from "../errors.ts";
import { argmaxHits, softmaxCrossEntropy } from "./scores.ts";

/** What a task is built for: one example's shape and the number of classes. */
export interface DataSpec {
  readonly shape: readonly number[];
  readonly classes: number;
  /** Of features that are numbers of things: how many things there are, by feature. */
  readonly ranges?: readonly number[];
}

/** What tasks on this dataset are built for. */
export function specOf({ train: { shape, classes }, ranges }: Pick<Dataset, "train" | "ranges">): DataSpec {
  return { shape, classes, ...(ranges && { ranges }) };
}

/** Parameters as nested objects or lists of float32 arrays; keys become the names in model files. */
export type ParameterTree = np.Array | { [name: string]: ParameterTree } | ParameterTree[];

/** Which of a task's parameters is a table of embeddings, and where examples speak of its rows. */
export interface TaskEmbeddings {
  /** Name in the layout of the parameter [entities, width]: row e is the embedding of entity e. */
  readonly parameter: string;
  /** Features of an example (positions in its flat array) that are numbers of rows. */
  readonly columns: readonly number[];
  /** Whether labels are numbers of rows too. */
  readonly labels: boolean;
}

/** What an author writes. B is the batch size, x is float32 [B, ...spec.shape], y is int32 [B]. */
export interface TaskDefinition<P extends ParameterTree> {
  /** Letters, digits and dashes: `mnist-mlp`. */
  readonly name: string;
  /** One line for lists and reports. */
  readonly description?: string;
  /** The first parameters. `key` is a jax-js random key: the same key must give the same parameters. */
  init(key: np.Array, spec: DataSpec): P;
  /** Logits [B, classes]. */
  predict(parameters: P, x: np.Array, spec: DataSpec): np.Array;
  /** Loss of each example [B]; never a mean, so that padding and per-example work stay exact. Default: softmax cross-entropy of `predict`. */
  loss?(parameters: P, x: np.Array, y: np.Array, spec: DataSpec): np.Array;
  /** Activations of the last hidden layer [B, k], for inspecting what a model goes by. Default: the task has none. */
  activations?(parameters: P, x: np.Array, spec: DataSpec): np.Array;
  /** What clients share who keep models of their own (federated representation learning). Default: the task has none. */
  readonly embeddings?: TaskEmbeddings;
  /** Score of each example [B], reported as accuracy when averaged. Default: 1 where the largest logit is the label's, else 0. */
  metric?(logits: np.Array, y: np.Array, spec: DataSpec): np.Array;
}

/** A checked task, as trainers and engines use it: failures name the task, shapes are what they must be. */
export interface Task {
  readonly name: string;
  readonly description: string;
  readonly embeddings?: TaskEmbeddings;
  /** Whether the score is the default one, 1 where the largest logit is the label's. */
  readonly countsHits: boolean;
  init(key: np.Array, spec: DataSpec): ParameterTree;
  predict(parameters: ParameterTree, x: np.Array, spec: DataSpec): np.Array;
  /** [B, k]; undefined for tasks without a hidden layer. */
  readonly activations?: (parameters: ParameterTree, x: np.Array, spec: DataSpec) => np.Array;
  /** [B] */
  losses(parameters: ParameterTree, x: np.Array, y: np.Array, spec: DataSpec): np.Array;
  /** Two arrays [B]; the forward pass is shared when the loss is the default one. */
  lossesAndScores(
    parameters: ParameterTree,
    x: np.Array,
    y: np.Array,
    spec: DataSpec,
  ): { losses: np.Array; scores: np.Array };
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * Turns an author's functions into a task.
 *
 * @example
 * export default defineTask({
 *   name: "tiny",
 *   init: (key, { shape, classes }) => ({ weight: heNormal(key, [shape[0], classes]), bias: np.zeros([classes]) }),
 *   predict: ({ weight, bias }, x) => np.matmul(x, weight).add(bias),
 * });
 *
 * @throws InputError `learn.task.definition` when a part is missing; the task's functions throw InputError
 * `learn.task.moved` (an array used twice without `.ref`), `learn.task.shape` or `learn.task.failed`.
 */
export function defineTask<P extends ParameterTree>(definition: TaskDefinition<P>): Task {
  checkDefinition(definition);
  const { name, description = "" } = definition;
  const attempt = <T>(part: string, body: () => T): T => attemptPart(name, part, body);

  const predict = (parameters: ParameterTree, x: np.Array, spec: DataSpec): np.Array => {
    const batch = x.shape[0];
    const logits = attempt("predict", () => definition.predict(parameters as P, x, spec));
    return checkShape(name, "predict", logits, [batch, spec.classes]);
  };
  const customLoss = (parameters: ParameterTree, x: np.Array, y: np.Array, spec: DataSpec): np.Array => {
    const batch = x.shape[0];
    const losses = attempt("loss", () => definition.loss!(parameters as P, x, y, spec));
    return checkShape(name, "loss", losses, [batch]);
  };
  const score = (logits: np.Array, y: np.Array, spec: DataSpec): np.Array => {
    const batch = logits.shape[0];
    if (definition.metric === undefined) return argmaxHits(logits, y);
    return checkShape(
      name,
      "metric",
      attempt("metric", () => definition.metric!(logits, y, spec)),
      [batch],
    );
  };

  return {
    name,
    description,
    countsHits: definition.metric === undefined,
    ...(definition.embeddings && { embeddings: definition.embeddings }),
    init: (key, spec) => attempt("init", () => definition.init(key, spec)),
    predict,
    ...(definition.activations && {
      activations: (parameters: ParameterTree, x: np.Array, spec: DataSpec) =>
        attempt("activations", () => definition.activations!(parameters as P, x, spec)),
    }),
    losses: (parameters, x, y, spec) =>
      definition.loss === undefined
        ? softmaxCrossEntropy(predict(parameters, x, spec), y)
        : customLoss(parameters, x, y, spec),
    lossesAndScores(parameters, x, y, spec) {
      if (definition.loss !== undefined) {
        const logits = predict(tree.ref(parameters), x.ref, spec);
        const scores = score(logits, y.ref, spec);
        return { losses: customLoss(parameters, x, y, spec), scores };
      }
      const logits = predict(parameters, x, spec);
      const losses = softmaxCrossEntropy(logits.ref, y.ref);
      return { losses, scores: score(logits, y, spec) };
    },
  };
}

/** Whether a value (the default export of a user's file, say) is a task made by `defineTask`. */
export function isTask(value: unknown): value is Task {
  if (typeof value !== "object" || value === null) return false;
  const { name, init, predict, losses, lossesAndScores } = value as Record<string, unknown>;
  return typeof name === "string" && [init, predict, losses, lossesAndScores].every(isFunction);
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

function checkDefinition(definition: { name: unknown; init: unknown; predict: unknown }): void {
  if (typeof definition.name !== "string" || !NAME.test(definition.name)) {
    throw new InputError(
      "learn.task.definition",
      `A task's name is 1 to 64 letters, digits, dots, dashes or underscores, not ${JSON.stringify(definition.name)}.`,
    );
  }
  for (const part of ["init", "predict"] as const) {
    if (isFunction(definition[part])) continue;
    throw new InputError("learn.task.definition", `Task "${definition.name}" needs a function "${part}".`);
  }
}

function attemptPart<T>(task: string, part: string, body: () => T): T {
  try {
    return body();
  } catch (cause) {
    if (cause instanceof CoterieError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof ReferenceError && message.includes(".ref")) {
      const shape = /\w+\[[\d,]*\]/.exec(message)?.[0] ?? "some shape";
      throw new InputError(
        "learn.task.moved",
        `The "${part}" of task "${task}" uses an array (${shape}) after handing it over; write .ref behind every use of it but the last, as in x.ref.mul(x).`,
        { at: `task ${task}, ${part}`, cause },
      );
    }
    throw new InputError("learn.task.failed", `The "${part}" of task "${task}" failed: ${message}`, {
      at: `task ${task}, ${part}`,
      cause,
    });
  }
}

function checkShape(task: string, part: string, array: np.Array, expected: readonly number[]): np.Array {
  const shape: readonly number[] | undefined = array?.shape;
  if (shape?.length === expected.length && expected.every((n, i) => n === shape[i])) return array;
  throw new InputError(
    "learn.task.shape",
    `The "${part}" of task "${task}" gave ${shape === undefined ? "no array" : `the shape [${shape}]`} where [${expected}] is needed for a batch of ${expected[0]}.`,
    { at: `task ${task}, ${part}` },
  );
}
