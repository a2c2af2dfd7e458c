/**
 * How an evaluation is cut up: it depends on nothing but the rows, so that a model's score has the same bits on
 * every engine's thread count and on every trainer.
 */

/** Examples per evaluation batch, and per part of an evaluation. */
export const EVALUATION_BATCH = 500;
const EVALUATION_PART = 1000;

/** The parts of an evaluation, to be added up in this order. Views of `rows`. */
export function evaluationParts(rows: Int32Array): Int32Array[] {
  return Array.from({ length: Math.ceil(rows.length / EVALUATION_PART) }, (_, i) =>
    rows.subarray(i * EVALUATION_PART, (i + 1) * EVALUATION_PART),
  );
}
