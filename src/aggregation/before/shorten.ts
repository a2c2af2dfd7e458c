import { weightedSum } from "../../numeric/weighted-sum.ts";
import { clipFactors, countClipped } from "../rules/clip-factors.ts";

/** Rows of at most the given norm: those that are longer are scaled down, the others are the same arrays. */
export function shorten(rows: readonly Float32Array[], squaredNorms: Float64Array, norm: number) {
  const factors = clipFactors(squaredNorms, norm);
  return {
    rows: rows.map((row, i) => (factors[i] < 1 ? weightedSum([row], [factors[i]]) : row)),
    figures: { norm, clipped: countClipped(factors) },
  };
}
