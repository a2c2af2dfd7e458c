/**
 * What a client hands to a protocol that reveals nothing but sums: its quantised, weighted update, and its weight as one
 * more symbol, so that the sum of the weights comes out with the sum of the updates.
 *
 * With noise, the update is first shortened to a norm, and carries the client's share of Skellam noise when it leaves it:
 * nobody ever has a sum without noise. Noise is added in the field like everything else, so a sum that wraps around is
 * wrong but tells no more.
 */
import { InputError, RunError } from "../errors.ts";
import { addInto, P31 } from "../numeric/field31.ts";
import type { SimulationRandom } from "../numeric/random.ts";
import type { SecureRandom } from "../numeric/secure-random.ts";
import { clipToNorm } from "../privacy/clip-to-norm.ts";
import { skellamNoise } from "../privacy/skellam-noise.ts";
import { dequantise, LARGEST, largestScale, quantise } from "./quantise.ts";

/** What is settled before it is known who takes part. */
export interface SumOptions {
  /** Entries of an update are clipped to [-bound, bound] before they are weighted; with noise its `clip` bounds them. */
  readonly bound: number;
  /** Weight of a client: its number of examples, or 1. */
  readonly weights: "examples" | "uniform";
  /** More examples than these do not count. The same for all clients, and public. */
  readonly mostExamples: number;
  /** Absent: none. */
  readonly noise?: NoiseOptions;
}

export interface NoiseOptions {
  /** C: updates of a larger L2 norm are scaled down to it. */
  readonly clip: number;
  /** z: the noise that honest clients add to a sum has a standard deviation of at least z C in every coordinate. */
  readonly multiplier: number;
}

export interface SumSettings extends SumOptions {
  /** The most contributions that one sum may have. */
  readonly summands: number;
  readonly noise?: SumNoise;
}

interface SumNoise extends NoiseOptions {
  /** h >= 1: so many honest clients are in every sum that anybody gets to see. Together they add the noise. */
  readonly honest: number;
}

/**
 * The settings of a sum of up to so many contributions.
 *
 * @param honest of these, how many at the least are in the sum and follow the protocol; counts with noise only
 * @throws InputError `secure.parameters` for noise that nobody is sure to add, or that weights would scale
 */
export function sumSettings(
  { noise, ...options }: SumOptions,
  summands: number,
  honest: number,
): SumSettings {
  if (noise === undefined) return { ...options, summands };
  if (options.weights !== "uniform") {
    const what = "Noise hides clients that all weigh the same, and weights go by examples";
    throw new InputError("secure.parameters", `${what}: make weights uniform.`);
  }
  if (honest < 1) {
    const what = `Of ${summands} clients nobody is sure to be honest and in the sum, so nobody would add noise`;
    throw new InputError("secure.parameters", `${what}: ask more clients, or let fewer collude or drop out.`);
  }
  return { ...options, summands, noise: { ...noise, honest } };
}

/** Standard deviations of everybody's noise together for which the field has room beside the updates. */
const DEVIATIONS = 8;

/**
 * Steps per unit of an update of full weight: as many as the field has room for.
 *
 * With noise there is room for n (c C + 1) and eight times z c C sqrt(n / h), the noise of all n where h would do. That is
 * the room for entries up to C (1 + 8 z / sqrt(n h)).
 *
 * @throws InputError `secure.precision`
 */
export function scaleOf({ summands, bound, noise }: SumSettings): number {
  if (noise === undefined) return largestScale({ bound, summands });
  const { clip, multiplier, honest } = noise;
  return largestScale({
    bound: clip * (1 + (DEVIATIONS * multiplier) / Math.sqrt(summands * honest)),
    summands,
  });
}

/**
 * @param random for rounding, which needs no secrecy
 * @param secrets for noise
 * @returns one symbol longer than the update
 * @throws RunError `secure.not-finite`; InputError `secure.precision`
 */
export function encodeContribution(
  { update, examples }: { readonly update: Float32Array; readonly examples: number },
  settings: SumSettings,
  random: SimulationRandom,
  secrets: SecureRandom,
): Uint32Array {
  const whole = wholeWeight(settings);
  // Rounded once, used twice: as the update's factor and as the symbol. Rounding it then biases nothing.
  const weight =
    settings.weights === "uniform" ? 1 : Math.round(whole * Math.min(1, examples / settings.mostExamples));
  const scale = (scaleOf(settings) * weight) / whole;
  const symbols = new Uint32Array(update.length + 1);
  const { noise } = settings;
  if (noise === undefined) {
    symbols.set(quantise(update, { bound: settings.bound, scale, random }));
  } else {
    symbols.set(quantise(clipToNorm(update, noise.clip), { bound: noise.clip, scale, random }));
    addNoise(symbols.subarray(0, update.length), noiseVariance(noise, scale), secrets);
  }
  symbols[update.length] = weight;
  return symbols;
}

/** Of one client's share, in steps: h of them come to z C. */
function noiseVariance({ clip, multiplier, honest }: SumNoise, scale: number): number {
  return (multiplier * clip * scale) ** 2 / honest;
}

function addNoise(symbols: Uint32Array, variance: number, secrets: SecureRandom): void {
  const noise = skellamNoise(symbols.length, variance, secrets);
  // Negative ones counted down from p; without a branch, which could not be predicted.
  addInto(
    symbols,
    Uint32Array.from(noise, (value) => value + (P31 & (value >> 31))),
  );
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
  const scale = (scaleOf(settings) * weight) / wholeWeight(settings);
  return dequantise(sum.subarray(0, dimension), scale);
}

/** The symbol for the full weight: such that examples are counted one by one, if the sum of all allows it. */
function wholeWeight({ weights, summands, mostExamples }: SumSettings): number {
  return weights === "uniform" ? 1 : Math.min(mostExamples, Math.floor(LARGEST / summands));
}
