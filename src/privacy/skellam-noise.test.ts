import { describe, expect, test } from "vitest";
import { InputError } from "../errors.ts";
import { SecureRandom } from "../numeric/secure-random.ts";
import { skellamNoise } from "./skellam-noise.ts";

const SEED = 5;
const draws = (count: number, variance: number) =>
  skellamNoise(count, variance, SecureRandom.fromSeed(new Uint8Array(32).fill(SEED)));

/** Probabilities of -most..most as the difference of two Poisson variables, summed up term by term. */
function skellamTable(variance: number, most: number): number[] {
  const mean = variance / 2;
  const poisson: number[] = [];
  let log = -mean;
  for (let k = 0; k < mean + 40 * Math.sqrt(mean + 1); k++) {
    poisson.push(Math.exp(log));
    log += Math.log(mean / (k + 1));
  }
  return Array.from({ length: 2 * most + 1 }, (_, i) => {
    const k = Math.abs(i - most);
    return poisson.reduce((sum, p, j) => sum + p * (poisson[j + k] ?? 0), 0);
  });
}

/** Pearson's statistic in standard deviations of its law; classes with less than ten expected are left out. */
function misfit(observed: readonly number[], expected: readonly number[]): number {
  const classes = observed.map((o, i) => [o, expected[i]]).filter(([, e]) => e >= 10);
  const statistic = classes.reduce((sum, [o, e]) => sum + (o - e) ** 2 / e, 0);
  return (statistic - classes.length) / Math.sqrt(2 * classes.length);
}

function histogram(noise: Int32Array, most: number): number[] {
  const counts = Array<number>(2 * most + 1).fill(0);
  for (const value of noise) if (Math.abs(value) <= most) counts[value + most]++;
  return counts;
}

describe(`seed ${SEED}`, () => {
  test.each([0.01, 0.7, 3, 40, 1000, 5000])(
    "of variance %d every number is as often as it should be",
    (variance) => {
      const count = 400_000;
      const most = Math.ceil(5 * Math.sqrt(variance) + 5);
      const expected = skellamTable(variance, most).map((p) => p * count);
      expect(misfit(histogram(draws(count, variance), most), expected)).toBeLessThan(5);
    },
  );

  test.each([1e3, 1e6, 1e13, 2 ** 54])("moments of variance %d", (variance) => {
    const count = 400_000;
    const noise = draws(count, variance);
    let [mean, square, fourth] = [0, 0, 0];
    for (const value of noise) {
      mean += value / count;
      square += value ** 2 / variance / count;
      fourth += value ** 4 / variance ** 2 / count;
    }
    expect(Math.abs(mean / Math.sqrt(variance / count))).toBeLessThan(4);
    expect(Math.abs(square - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
    expect(Math.abs(fourth - 3 - 1 / variance)).toBeLessThan(4 * Math.sqrt(96 / count));
  });

  test.each([1e8, 2 ** 54])(
    "of variance %d it is normal, as far as one can tell (Kolmogorov, Smirnov)",
    (variance) => {
      const count = 200_000;
      const sorted = draws(count, variance).toSorted();
      let distance = 0;
      for (const [i, value] of sorted.entries()) {
        distance = Math.max(distance, Math.abs((i + 0.5) / count - normal(value / Math.sqrt(variance))));
      }
      expect(distance * Math.sqrt(count)).toBeLessThan(1.95);
    },
  );

  test("of a large variance the last digits tell nothing", () => {
    const counts = Array<number>(64).fill(0);
    for (const value of draws(400_000, 1e11)) counts[value & 63]++;
    expect(misfit(counts, Array(64).fill(400_000 / 64))).toBeLessThan(5);
  });

  test("shares add up to noise of the summed variance", () => {
    const count = 400_000;
    const shares = draws(3 * count, 4);
    const sums = Int32Array.from(
      { length: count },
      (_, i) => shares[i] + shares[count + i] + shares[2 * count + i],
    );
    const expected = skellamTable(12, 18).map((p) => p * count);
    expect(misfit(histogram(sums, 18), expected)).toBeLessThan(5);
  });
});

test.each([0, -1, Number.NaN, 2 ** 55])("variance %d is refused", (variance) => {
  expect(() => draws(1, variance)).toThrow(InputError);
});

/** Distribution function of the normal law; error below 1e-7 (Abramowitz and Stegun 1964, 26.2.17). */
function normal(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const poly = [1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.31938153];
  const tail =
    (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * poly.reduce((sum, a) => sum * t + a, 0) * t;
  return x > 0 ? 1 - tail : tail;
}
