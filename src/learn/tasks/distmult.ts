/**
 * Link prediction in knowledge graphs by DistMult (Yang et al. 2015, "Embedding Entities and Relations for Learning and
 * Inference in Knowledge Bases"): an entity e and a relation r score every entity o by sum_k e_k r_k o_k. All entities
 * compete in one softmax (Lacroix, Usunier and Obozinski 2018, "Canonical Tensor Decomposition for Knowledge Base
 * Completion"), so examples are (entity, relation) and the label is the other entity.
 */
import { numpy as np, random } from "@jax-js/jax";
import { InputError } from "../../errors.ts";
import { type DataSpec, defineTask, type Task } from "../task.ts";

/** Numbers of an embedding. */
const WIDTH = 32;

/** How far embeddings lie from 0 at the start, and relations from 1: each begins near the identity. */
const SPREAD = 0.3;
const RELATION_SPREAD = 0.1;

/** Of how many best guesses one must be right. */
const GUESSES = 10;

/**
 * Parameters `entities` [classes, 32] and `relations` [2R, 32], the R relations and their ways back. The score is
 * Hits@10: 1 where fewer than ten entities score higher than the label, others that would be right included ("raw").
 *
 * @throws InputError `learn.task.pairs` from `init`, for data that are no facts
 */
export function distMultTask(name: string, description: string): Task {
  return defineTask<{ entities: np.Array; relations: np.Array }>({
    name,
    description,
    embeddings: { parameter: "entities", columns: [0], labels: true },
    init(key, spec) {
      const [entities, relations] = vocabularyOf(name, spec);
      const [first, second] = random.split(key);
      return {
        entities: random.normal(first, [entities, WIDTH]).mul(SPREAD),
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

/** Number of entities, and of relations with their ways back. */
function vocabularyOf(name: string, { shape, classes, ranges }: DataSpec): readonly number[] {
  if (String(shape) === "2" && ranges?.length === 2 && ranges[0] === classes) return ranges;
  throw new InputError(
    "learn.task.pairs",
    `Task "${name}" learns from facts, whose examples are an entity and a relation each; the data's examples, of shape [${shape}], are none.`,
  );
}
