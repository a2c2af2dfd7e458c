import { describe, expect, test } from "vitest";
import { SimulationRandom } from "../numeric/random.ts";
import { clipToNorm } from "./clip-to-norm.ts";
import { epsilonOf, gaussianCurve } from "./renyi.ts";
import { roundedSensitivity, skellamCurve } from "./skellam-accounting.ts";

/**
 * By the paper's formula in real units, with its noise, norms and scale apart, and the conversion of dp-accounting 0.6.0.
 */
test.each([
  [1, 1, 1000, 10_000, 30, 1e-5, 46.42666327885034],
  [0.5, 3, 20_000, 1_000_000, 10, 1e-6, 6.1894857247442605],
  [2, 1, 50, 400, 1, 1e-5, 5.853088336819821],
])(
  "clip %d, noise %d, scale %d, %d entries, %d rounds",
  (clip, z, scale, dimension, releases, delta, expected) => {
    const norm = clip * scale;
    const curve = skellamCurve((z * norm) ** 2, roundedSensitivity(norm, dimension));
    expect(epsilonOf(curve, { releases, delta })).toBeCloseTo(expected, 9);
  },
);

test("with fine steps it is Gaussian noise", () => {
  const curve = skellamCurve(1e18, roundedSensitivity(1e9, 1000));
  const spent = { releases: 10, delta: 1e-5 };
  expect(epsilonOf(curve, spent) / epsilonOf(gaussianCurve(1), spent)).toBeCloseTo(1, 6);
});

describe("the bound holds, and is not far off, in one dimension", () => {
  test.each([0.5, 1, 2, 5, 10, 30, 100])("variance %d", (variance) => {
    for (const shift of [1, 2, 5]) {
      const curve = skellamCurve(variance, { l1: shift, l2: shift });
      for (const order of [2, 3, 8, 20]) {
        const exact = divergence(variance, shift, order);
        expect(curve(order)).toBeGreaterThan(exact);
        // The paper's excess over Gaussian noise shrinks with the variance.
        if (order * shift < variance / 4) expect(curve(order)).toBeLessThan(1.25 * exact);
      }
    }
  });
});

test("no way of rounding goes beyond the sensitivity, and some come near", () => {
  const random = SimulationRandom.fromSeed(3);
  for (const dimension of [1, 10, 1000]) {
    for (const norm of [0.1, 3, 200]) {
      const { l1, l2 } = roundedSensitivity(norm, dimension);
      const update = clipToNorm(
        Float32Array.from({ length: dimension }, () => 1000 * random.normal()),
        norm,
      );
      // Away from zero in every entry.
      const worst = [...update].map((value) => Math.ceil(Math.abs(value)));
      expect(Math.hypot(...worst)).toBeLessThanOrEqual(l2);
      expect(worst.reduce((sum, value) => sum + value, 0)).toBeLessThanOrEqual(l1 * (1 + 1e-12));
      expect(Math.hypot(...worst)).toBeGreaterThan(l2 / 2);
    }
  }
});

/** Of Skellam noise around `shift` from Skellam noise around 0, from the probabilities themselves. */
function divergence(variance: number, shift: number, order: number): number {
  // The sum's largest terms lie around order * shift.
  const reach = Math.ceil(order * shift + 16 * Math.sqrt(variance) + 16);
  const log = Array.from({ length: reach + shift + 1 }, (_, k) => logProbability(k, variance));
  const terms: number[] = [];
  for (let k = -reach; k <= reach; k++) {
    terms.push(order * log[Math.abs(k - shift)] + (1 - order) * log[Math.abs(k)]);
  }
  return logSum(terms) / (order - 1);
}

/** log of exp(-mu) I_k(mu), by the power series of the Bessel function, whose terms are all positive. */
function logProbability(k: number, variance: number): number {
  const half = Math.log(variance / 2);
  let term = k * half;
  for (let j = 2; j <= k; j++) term -= Math.log(j);
  const terms = [term];
  for (let m = 1; m < 60 + 2 * variance; m++) {
    term += 2 * half - Math.log(m) - Math.log(m + k);
    terms.push(term);
  }
  return logSum(terms) - variance;
}

function logSum(terms: readonly number[]): number {
  const most = Math.max(...terms);
  return most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0));
}
