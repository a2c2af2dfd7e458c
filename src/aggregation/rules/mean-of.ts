import { weightedSum } from "../../numeric/weighted-sum.ts";

/** The mean of the rows with the given indices, zero of none; summed in ascending order whatever theirs is. */
export function meanOf(rows: readonly Float32Array[], indices: readonly number[]): Float32Array {
  const weights = new Float64Array(rows.length);
  for (const i of indices) weights[i] = 1 / indices.length;
  return weightedSum(rows, weights);
}
