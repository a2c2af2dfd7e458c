import { meanOf, spreadOf } from "./spread.ts";

/**
 * Which way Min-Max and Min-Sum leave the mean (Shejwalkar and Houmansadr 2021, perturbation vectors): against
 * its direction (`unit`), against its signs (`sign`), or against the deviation of each coordinate (`std`).
 */
export type Perturbation = "unit" | "std" | "sign";

/**
 * The line mean + gamma * direction, and what it takes to say how far its points are from the vectors x_i:
 * |mean + gamma * direction - x_i|^2 = squares[i] + 2 gamma slopes[i] + gamma^2 steepness.
 */
export interface PerturbationLine {
  readonly mean: Float64Array;
  readonly direction: Float64Array;
  /** |direction|^2. */
  readonly steepness: number;
  /** <mean - x_i, direction>. */
  readonly slopes: Float64Array;
  /** |mean - x_i|^2. */
  readonly squares: Float64Array;
}

/** Cost: a few passes over the vectors; afterwards no distance needs another. */
export function perturbationLine(rows: readonly Float32Array[], kind: Perturbation): PerturbationLine {
  const mean = meanOf(rows);
  const direction = directionOf(rows, mean, kind);
  const slopes = new Float64Array(rows.length);
  const squares = new Float64Array(rows.length);
  for (const [i, row] of rows.entries()) {
    for (let j = 0; j < row.length; j++) {
      const gap = mean[j] - row[j];
      slopes[i] += gap * direction[j];
      squares[i] += gap * gap;
    }
  }
  return { mean, direction, steepness: squareOf(direction), slopes, squares };
}

/**
 * The largest gamma with square + 2 gamma slope + gamma^2 steepness <= bound, for a bound that gamma = 0 keeps.
 * A direction of length zero leads nowhere: 0.
 */
export function furthest(square: number, slope: number, steepness: number, bound: number): number {
  if (steepness === 0) return 0;
  const room = Math.max(0, bound - square);
  const root = Math.sqrt(slope * slope + steepness * room);
  // The same number twice, written so that no digits cancel.
  return slope > 0 ? room / (slope + root) : (root - slope) / steepness;
}

/** The lengths of the paper's vectors are not kept: gamma makes up for them. */
function directionOf(rows: readonly Float32Array[], mean: Float64Array, kind: Perturbation): Float64Array {
  if (kind === "sign") return mean.map((value) => -Math.sign(value));
  return (kind === "unit" ? mean : spreadOf(rows, 0).deviation).map((value) => -value);
}

function squareOf(vector: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < vector.length; j++) sum += vector[j] ** 2;
  return sum;
}
