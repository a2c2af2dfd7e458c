/**
 * Link prediction in knowledge graphs by DistMult (Yang et al. 2015, "Embedding Entities and Relations for Learning and
 * Inference in Knowledge Bases"): an entity e and a relation r score every entity o by sum_k e_k r_k o_k. All entities
 * compete in one softmax (Lacroix, Usunier and Obozinski 2018, "Canonical Tensor Decomposition for Knowledge Base
 * Completion"), so examples are (entity, relation) and the label is the other entity.
 */
import { numpy as np, random } from "@jax-js/jax";
import { InputError } from "../../errors.ts";
import { defineTask, type Task } from "../task.ts";

/** Numbers of an embedding. */
const WIDTH = 32;

/** How far embeddings lie from 0 at the start, and relations from 1: each begins near the identity. */
const SPREAD = 0.3;
const RELATION_SPREAD = 0.1;

/** Of how many best guesses one must be right. */
const GUESSES = 10;

/**
 * Parameters `entities` [classes, 32] and `relations` [relations, 32]. The score is Hits@10: 1 where fewer than ten
 * entities score higher than the label, others that would be right included ("raw").
 *
 * @param relations number of relations; an example's second feature is one of them
 * @throws InputError `learn.task.pairs` from `init`, for data of any other shape
 */
export function distMultTask(name: string, description: string, relations: number): Task {
  return defineTask<{ entities: np.Array; relations: np.Array }>({
    name,
    description,
    embeddings: { parameter: "entities", columns: [0], labels: true },
    init(key, { shape, classes }) {
      checkPairs(name, shape);
      const [first, second] = random.split(key);
      return {
        entities: random.normal(first, [classes, WIDTH]).mul(SPREAD),
        relations: random.normal(second, [relations, WIDTH]).mul(RELATION_SPREAD).add(1),
      };
    },
    predict(parameters, x) {
      const rows = x.astype(np.int32);
      const entity = np.take(parameters.entities.ref, rows.ref.slice([], 0), 0);
      const relation = np.take(parameters.relations, rows.slice([], 1), 0);
      return np.matmul(entity.mul(relation), parameters.entities.transpose());
    },
    metric(scores, y, { classes }) {
      const isLabel = np.equal(y.reshape([-1, 1]), np.arange(classes).astype(np.int32).reshape([1, classes]));
      const own = np.sum(np.where(isLabel, scores.ref, 0), 1).reshape([-1, 1]);
      // Counted from below, so that a score that is not a number is never a hit.
      const notBetter = np.sum(np.lessEqual(scores, own).astype(np.float32), 1);
      return np.where(np.greater(notBetter, classes - GUESSES), 1, 0).astype(np.float32);
    },
  });
}

function checkPairs(name: string, shape: readonly number[]): void {
  if (shape.length === 1 && shape[0] === 2) return;
  throw new InputError(
    "learn.task.pairs",
    `Task "${name}" needs examples of two numbers, an entity and a relation; the data's examples are shaped [${shape}].`,
  );
}
