/**
 * What a client hands to a protocol that reveals nothing but sums: its quantised, weighted update, and its weight as one
 * more symbol, so that the sum of the weights comes out with the sum of the updates.
 */
import { RunError } from "../errors.ts";
import type { SimulationRandom } from "../numeric/random.ts";
import { dequantise, LARGEST, largestScale, quantise } from "./quantise.ts";

export interface SumSettings {
  /** The most contributions that one sum may have. */
  readonly summands: number;
  /** Entries of an update are clipped to [-bound, bound] before they are weighted. */
  readonly bound: number;
  /** Weight of a client: its number of examples, or 1. */
  readonly weights: "examples" | "uniform";
  /** More examples than these do not count. The same for all clients, and public. */
  readonly mostExamples: number;
}

/**
 * @returns one symbol longer than the update
 * @throws RunError `secure.not-finite`; InputError `secure.precision`
 */
export function encodeContribution(
  { update, examples }: { readonly update: Float32Array; readonly examples: number },
  settings: SumSettings,
  random: SimulationRandom,
): Uint32Array {
  const whole = wholeWeight(settings);
  // Rounded once, used twice: as the update's factor and as the symbol. Rounding it then biases nothing.
  const weight =
    settings.weights === "uniform" ? 1 : Math.round(whole * Math.min(1, examples / settings.mostExamples));
  const scale = (largestScale(settings) * weight) / whole;
  const symbols = new Uint32Array(update.length + 1);
  symbols.set(quantise(update, { bound: settings.bound, scale, random }));
  symbols[update.length] = weight;
  return symbols;
}

/**
 * The weighted mean of the updates whose contributions were added up.
 *
 * @throws RunError `secure.no-weight`
 */
export function decodeSum(sum: Uint32Array, settings: SumSettings): Float32Array {
  const dimension = sum.length - 1;
  const weight = sum[dimension];
  if (weight === 0) {
    throw new RunError(
      "secure.no-weight",
      "The contributions to a secure sum have no weight: no client had examples.",
    );
  }
  const scale = (largestScale(settings) * weight) / wholeWeight(settings);
  return dequantise(sum.subarray(0, dimension), scale);
}

/** The symbol for the full weight: such that examples are counted one by one, if the sum of all allows it. */
function wholeWeight({ weights, summands, mostExamples }: SumSettings): number {
  return weights === "uniform" ? 1 : Math.min(mostExamples, Math.floor(LARGEST / summands));
}
