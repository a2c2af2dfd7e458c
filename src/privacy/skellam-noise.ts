/**
 * Draws Skellam noise. Not as the difference of two Poisson draws but by one rejection from steps that lie close above
 * the probabilities: all entries of an update have the same variance, so the steps are made once, and nearly every draw
 * is two random words, a look-up and a comparison.
 *
 * What is exact: steps have whole weights that add up to 2^16, places within a step are whole numbers of random bits, and
 * what the steps are too high by is rejected. What is not: the probabilities that decide rejections are 64-bit floats,
 * compared to 47 random bits, and nothing is drawn beyond {@link REACH} standard deviations. Of each entry the law differs
 * from Skellam's by about 2^-49 in total variation (estimated; most of it where floats round), some 1e-8 over an update of
 * ten million entries: less than any delta in use, but not nothing.
 */
import { InputError } from "../errors.ts";
import type { SecureRandom } from "../numeric/secure-random.ts";
import { relativeProbability } from "./skellam-law.ts";

/** Standard deviations; beyond lies less than 1e-32 of the probability. */
const REACH = 12;
/** And so many more, where the variance is so small that tails are not those of the normal distribution. */
const FURTHER = 32;
/** Every draw is within 2^31 of zero. */
const MOST_VARIANCE = 2 ** 54;

/** Sum of the steps' weights. */
const SLOTS = 2 ** 16;
const MOST_STEPS = 512;

/** Of a decision there are 15 bits in the first word, and 32 more where those leave it open. */
const FIRST = 2 ** 15;
const REST = 2 ** 32;

/** As many as the platform gives at a time. */
const MOST_WORDS = 2 ** 14;

/** Steps above the probabilities of 0, 1, 2, ...; the sign is drawn apart. */
interface Steps {
  /** Width of each, as a number of bits. */
  readonly bits: number;
  /** [slot]: the step, so that a uniform slot draws each by its weight. */
  readonly ofSlot: Uint16Array;
  /** [step]: decisions below are for every place of it. */
  readonly sure: Float64Array;
  /** [step]: what P(k) / P(0) is multiplied by to be the probability that k is accepted. */
  readonly factor: Float64Array;
  readonly probability: (k: number) => number;
}

/**
 * Independent draws, each the difference of two Poisson variables of mean variance / 2.
 *
 * @param variance in (0, 2^54]
 * @throws InputError `privacy.variance`
 */
export function skellamNoise(count: number, variance: number, random: SecureRandom): Int32Array {
  if (!(variance > 0 && variance <= MOST_VARIANCE)) {
    throw new InputError(
      "privacy.variance",
      `Skellam noise has a variance above 0 and up to 2^54, not ${variance}: change the noise or the clip.`,
    );
  }
  const { bits, ofSlot, sure, factor, probability } = stepsOf(variance);
  const within = 2 ** bits - 1;
  // Two a draw, and some for what is rejected.
  const next = words(random, Math.min(MOST_WORDS, 2 * count + 64));
  const noise = new Int32Array(count);
  for (let i = 0; i < count; ) {
    const word = next();
    const step = ofSlot[word >>> 16];
    const k = step * (within + 1) + (next() & within);
    const isNegative = (word & 1) === 1;
    // Zero has one sign.
    if (isNegative && k === 0) continue;
    const decision = (word >>> 1) % FIRST;
    if (decision >= sure[step]) {
      const exact = (decision + next() / REST) / FIRST;
      if (exact >= factor[step] * probability(k)) continue;
    }
    noise[i++] = isNegative ? -k : k;
  }
  return noise;
}

function stepsOf(variance: number): Steps {
  const farthest = Math.ceil(REACH * Math.sqrt(variance)) + FURTHER;
  const bits = Math.max(0, Math.ceil(Math.log2((farthest + 1) / MOST_STEPS)));
  const width = 2 ** bits;
  const count = Math.ceil((farthest + 1) / width);
  const probability = relativeProbability(variance, count * width - 1);
  // Probabilities fall from zero on, so a step is as high as its first place.
  const heights = Float64Array.from({ length: count }, (_, step) => probability(step * width));
  const unit = (SLOTS - count) / heights.reduce((sum, height) => sum + height, 0);
  const ofSlot = new Uint16Array(SLOTS);
  const sure = new Float64Array(count);
  const factor = new Float64Array(count);
  let slot = 0;
  for (let step = 0; step < count; step++) {
    // Rounded up, and the last one takes what is left: a step may be too high, never too low.
    const weight = step === count - 1 ? SLOTS - slot : Math.ceil(heights[step] * unit);
    ofSlot.fill(step, slot, slot + weight);
    slot += weight;
    factor[step] = unit / weight;
    sure[step] = Math.floor(FIRST * factor[step] * probability(step * width + width - 1));
  }
  return { bits, ofSlot, sure, factor, probability };
}

/** Random words, one after the other, of which so many are drawn at a time. */
function words(random: SecureRandom, atATime: number): () => number {
  let block = new Uint32Array();
  let position = 0;
  return () => {
    if (position === block.length) {
      block = new Uint32Array(random.bytes(4 * atATime).buffer);
      position = 0;
    }
    return block[position++];
  };
}
