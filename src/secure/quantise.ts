/**
 * Real numbers as elements of the field of 2^31 - 1: v becomes a whole number near scale * v, negative ones counted down
 * from p. Sums of them are right as long as they stay within (p - 1) / 2 of zero, for which `largestScale` cares.
 */
import { InputError, RunError } from "../errors.ts";
import { P31 } from "../numeric/field31.ts";
import { allFinite } from "../numeric/finite.ts";
import type { SimulationRandom } from "../numeric/random.ts";

/** The largest number that has a negative counterpart. */
export const LARGEST = (P31 - 1) / 2;

/** Entries that are rounded at a time. */
const BLOCK = 4096;

export interface QuantiseOptions {
  /** Values are clipped to [-bound, bound] first. */
  readonly bound: number;
  /** Steps per unit. */
  readonly scale: number;
  /** For rounding, which needs no secrecy. */
  readonly random: SimulationRandom;
}

/**
 * Rounds stochastically (as Alistarh et al., "QSGD", NeurIPS 2017, and others): up with a probability that makes the
 * expectation exact, of what is left after clipping. The error is below 1 / scale, its variance at most
 * 1 / (4 scale^2).
 *
 * @throws RunError `secure.not-finite`
 */
export function quantise(values: Float32Array, { bound, scale, random }: QuantiseOptions): Uint32Array {
  if (!allFinite(values)) {
    throw new RunError(
      "secure.not-finite",
      "An update to be aggregated securely holds entries that are not finite.",
    );
  }
  const symbols = new Uint32Array(values.length);
  const draws = new Float64Array(Math.min(BLOCK, values.length));
  for (let from = 0; from < values.length; from += BLOCK) {
    const count = Math.min(BLOCK, values.length - from);
    random.fillUniform(draws.subarray(0, count));
    for (let i = 0; i < count; i++) {
      const exact = scale * Math.min(bound, Math.max(-bound, values[from + i]));
      const below = Math.floor(exact);
      // Up when the draw is less than what was cut off; without a branch, which could not be predicted.
      const rounded = (below - Math.floor(draws[i] - (exact - below))) | 0;
      symbols[from + i] = rounded + (P31 & (rounded >> 31));
    }
  }
  return symbols;
}

/** Of a sum of quantised values, the sum of the values. */
export function dequantise(sum: Uint32Array, scale: number): Float32Array {
  const values = new Float32Array(sum.length);
  for (let i = 0; i < sum.length; i++) values[i] = (sum[i] - (P31 & ((LARGEST - sum[i]) >> 31))) / scale;
  return values;
}

/**
 * The largest whole number c for which n summands, each within c * bound + 1 of zero, keep their sum within the field:
 * n (c bound + 1) <= (p - 1) / 2.
 *
 * @throws InputError `secure.precision` when not even 1 is small enough
 */
export function largestScale({ bound, summands }: { bound: number; summands: number }): number {
  const scale = Math.floor((LARGEST / summands - 1) / bound);
  if (scale >= 1) return scale;
  throw new InputError(
    "secure.precision",
    `Sums of ${summands} updates with entries up to ${bound} do not fit the field: clip to a smaller bound, or ask fewer clients.`,
  );
}
