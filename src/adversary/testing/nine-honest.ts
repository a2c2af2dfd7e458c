import fc from "fast-check";
import { SimulationRandom } from "../../numeric/random.ts";
import type { View } from "../attack.ts";

/** Nine honest vectors of five coordinates, without ties; what attacks make of them was computed with NumPy. */
export const nineHonest: readonly Float32Array[] = [
  [0.43, -0.82, -0.03, 2.46, -1.72],
  [0.49, -0.62, 0.86, 1.45, -1.55],
  [1.1, -0.46, 0.45, 1.66, -1.67],
  [0.33, -0.4, 0.22, 2.26, -1.18],
  [1.7, -0.33, 0.37, 2.03, -1.46],
  [0.81, -0.6, 0.91, 1.89, -1.5],
  [1.12, -0.28, -0.15, 0.6, -1.34],
  [1.51, -0.71, 0.55, 2.2, -0.85],
  [0.68, -0.61, 0.94, 2.41, -2.45],
].map((row) => Float32Array.from(row));

/** Their mean. */
export const nineMean = [0.907778, -0.536667, 0.457778, 1.884444, -1.524444];

/** Largest difference between the coordinates of two vectors of equal length. */
export function gap(actual: Float32Array, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  return actual.reduce((most, value, j) => Math.max(most, Math.abs(value - expected[j])), 0);
}

export function squaredDistance(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, j) => sum + (value - b[j]) ** 2, 0);
}

/** A round with two corrupted clients, the first two of the nine, and six honest ones. */
export function viewOf(view: Partial<View> = {}): View {
  return {
    own: nineHonest.slice(0, 2),
    honest: nineHonest.slice(3),
    participants: 8,
    random: SimulationRandom.fromSeed(4),
    ...view,
  };
}

/** n in 2..8 vectors of length d in 1..6. */
export const someRows: fc.Arbitrary<Float32Array[]> = fc
  .tuple(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 1, max: 6 }))
  .chain(([n, d]) =>
    fc.array(fc.float32Array({ minLength: d, maxLength: d, min: -100, max: 100, noNaN: true }), {
      minLength: n,
      maxLength: n,
    }),
  );
