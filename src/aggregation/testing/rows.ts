import { expect } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";

/**
 * Eleven updates without ties, the last two Byzantine: 9 hides among the others, 10 does not. What rules make of them
 * was computed in double precision with numpy, and where a test says so with ByzFL itself.
 */
export const elevenRows: readonly Float32Array[] = [
  [0.43, -0.82, -0.03, 2.46, -1.72],
  [0.49, -0.62, 0.86, 1.45, -1.55],
  [1.1, -0.46, 0.45, 1.66, -1.67],
  [0.33, -0.4, 0.22, 2.26, -1.18],
  [1.7, -0.33, 0.37, 2.03, -1.46],
  [0.81, -0.6, 0.91, 1.89, -1.5],
  [1.12, -0.28, -0.15, 0.6, -1.34],
  [1.51, -0.71, 0.55, 2.2, -0.85],
  [0.68, -0.61, 0.94, 2.41, -2.45],
  [0.54, -0.67, 0.16, 1.44, -1.85],
  [3, 2, -2, -4, 1],
].map((row) => Float32Array.from(row));

/** The nine honest ones and two equal rows of A Little Is Enough: mean - standard deviation of the honest. */
export const littleIsEnoughRows: readonly Float32Array[] = [
  ...elevenRows.slice(0, 9),
  ...Array.from({ length: 2 }, () => Float32Array.of(0.451908, -0.706569, 0.080808, 1.330848, -1.936623)),
];

/** Normal draws, different for every seed; `scale` per row. */
export function normalRows(
  seed: number,
  count: number,
  dimension: number,
  scale: (row: number) => number = () => 1,
): Float32Array[] {
  const random = SimulationRandom.fromSeed(seed);
  return Array.from({ length: count }, (_, i) =>
    Float32Array.from({ length: dimension }, () => scale(i) * random.normal()),
  );
}

/** Equal but for single precision, relative to the larger of 1 and what is expected. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 5e-6): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]) / Math.max(1, Math.abs(expected[i]));
    expect(error, `entry ${i}: ${actual[i]} where ${expected[i]} was expected`).toBeLessThan(tolerance);
  }
}
