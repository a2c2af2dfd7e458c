/**
 * What a client has measured of its model, as field elements that can be summed in secret: the number of examples, and
 * accuracy and loss times that number. Each is a whole number of steps of 2^-20, clipped at 2^52 steps; a loss that is
 * not finite counts as the largest. In digits of 14 bits, each with the sign of the number, the sums of up to 2^16
 * clients fit the field.
 */
import type { ContributionMetrics } from "../../federated/protocol.ts";
import type { EvaluateResult } from "../../learn/training.ts";
import { P31 } from "../../numeric/field31.ts";

const STEP = 2 ** -20;
const MOST_STEPS = 2 ** 52;
const BASE = 2 ** 14;
const DIGITS = 4;
const NUMBERS = 3;

/** Length of an encoded measurement. */
export const MEASUREMENT_SYMBOLS = NUMBERS * DIGITS;

export function encodeMeasurement({ examples, accuracy, loss }: EvaluateResult): Uint32Array {
  const numbers = examples > 0 ? [examples, examples * accuracy, examples * loss] : [0, 0, 0];
  return Uint32Array.from(numbers.flatMap(digitsOf));
}

/** Of a sum of encoded measurements, the means over all examples; none when there are no examples. */
export function decodeMeasurements(sum: Uint32Array): ContributionMetrics {
  const [examples, accuracy, loss] = Array.from({ length: NUMBERS }, (_, i) =>
    numberOf(sum.subarray(i * DIGITS, (i + 1) * DIGITS)),
  );
  return examples > 0 ? { accuracy: accuracy / examples, loss: loss / examples } : {};
}

/** Lowest first. */
function digitsOf(number: number): number[] {
  const steps = Number.isNaN(number) ? MOST_STEPS : Math.round(number / STEP);
  let rest = Math.min(Math.abs(steps), MOST_STEPS);
  return Array.from({ length: DIGITS }, () => {
    const digit = rest % BASE;
    rest = Math.floor(rest / BASE);
    return steps < 0 && digit > 0 ? P31 - digit : digit;
  });
}

function numberOf(digits: Uint32Array): number {
  const steps = digits.reduceRight((high, digit) => high * BASE + (digit > P31 / 2 ? digit - P31 : digit), 0);
  return steps * STEP;
}
