import { checkPositive } from "./settings.ts";

export interface NormOptions {
  /** The longest that an update may be, in the units of the updates; the median of the round's norms when absent. */
  readonly norm?: number;
}

export function checkNorm({ norm }: NormOptions): void {
  if (norm !== undefined) checkPositive("norm", norm);
}

/** The median of norms, given squared; the midpoint for an even number of them. */
export function medianNorm(squaredNorms: Float64Array): number {
  const norms = squaredNorms.map(Math.sqrt).sort();
  const n = norms.length;
  return (norms[(n - 1) >> 1] + norms[n >> 1]) / 2;
}

/** min(1, bound / length) for vectors of the given squared lengths; 1 where the length is 0. */
export function clipFactors(squaredLengths: Float64Array, bound: number): Float64Array {
  return squaredLengths.map((square) => Math.min(1, square === 0 ? 1 : bound / Math.sqrt(square)));
}

/** How many vectors the factors shorten. */
export function countClipped(factors: Float64Array): number {
  return factors.filter((factor) => factor < 1).length;
}
