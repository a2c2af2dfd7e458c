import fc from "fast-check";
import { elevenRows } from "../../aggregation/testing/rows.ts";
import { SimulationRandom } from "../../numeric/random.ts";
import type { View } from "../attack.ts";

/** Nine honest vectors of five coordinates, without ties; what attacks make of them was computed with NumPy. */
export const nineHonest: readonly Float32Array[] = elevenRows.slice(0, 9);

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
