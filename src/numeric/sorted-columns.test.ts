import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SimulationRandom } from "./random.ts";
import { forEachSortedBlock, nearestMean, rankMean } from "./sorted-columns.ts";

/** 1 to 40 rows of 1 to 20 entries. */
function matricesOf(value: fc.Arbitrary<number>): fc.Arbitrary<Float32Array[]> {
  return fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 20 })).chain(([n, d]) =>
    fc.array(
      fc.array(value, { minLength: d, maxLength: d }).map((row) => Float32Array.from(row)),
      { minLength: n, maxLength: n },
    ),
  );
}

/** With ties, zeros of both signs and values of all sizes. */
const matrices = matricesOf(
  fc.oneof(
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom(-0, 0, 1e30, -1e30, 1e-45),
  ),
);

/** Of a size that lets the oracle subtract without rounding. */
const eighths = matricesOf(fc.integer({ min: -100, max: 100 }).map((value) => value / 8));

const columns = (rows: readonly Float32Array[]) =>
  Array.from(rows[0], (_, j) => Float32Array.from(rows, (row) => row[j]).sort());

describe("forEachSortedBlock", () => {
  test("sorts as the language does, zeros of both signs included", () => {
    fc.assert(
      fc.property(matrices, (rows) => {
        expect(blocksOf(rows)).toEqual(columns(rows));
      }),
      { numRuns: 300 },
    );
  });

  test("covers every column once, from the left, for any number of rows", () => {
    for (const n of [1, 2, 3, 31, 51, 64, 101, 200, 257]) {
      const rows = noise(n, 1100);
      expect(blocksOf(rows)).toEqual(columns(rows));
    }
  });
});

describe("rankMean", () => {
  test("is the mean of the ranks asked for", () => {
    fc.assert(
      fc.property(matrices, fc.nat(), fc.nat(), (rows, a, b) => {
        const from = a % rows.length;
        const to = from + 1 + (b % (rows.length - from));
        const means = rankMean(rows, from, to);
        for (const [j, column] of columns(rows).entries()) {
          const chosen = column.subarray(from, to);
          const mean = chosen.reduce((sum, value) => sum + value, 0) / chosen.length;
          // The order of the sum is free.
          const largest = chosen.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
          expect(Math.abs(means[j] - mean)).toBeLessThanOrEqual(1e-7 * largest + 1e-45);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("nearestMean", () => {
  test("takes the values closest to the median, the lower one of two as far", () => {
    fc.assert(
      fc.property(eighths, fc.nat(), (rows, k) => {
        const count = 1 + (k % rows.length);
        const expected = columns(rows).map((column) => nearest(column, count));
        expect(nearestMean(rows, count, "median")).toEqual(Float32Array.from(expected));
      }),
      { numRuns: 300 },
    );
  });

  test("one huge value leaves no trace", () => {
    const rows = [3, 1, -1e30, 2, 1e30].map((value) => Float32Array.of(value));
    expect(nearestMean(rows, 3, "median")).toEqual(Float32Array.of(2));
  });
});

/** By the definition: distances to the median, ordered by distance and value. */
function nearest(column: Float32Array, count: number): number {
  const n = column.length;
  const twice = column[(n - 1) >> 1] + column[n >> 1];
  const away = (value: number) => Math.abs(2 * value - twice);
  const chosen = Array.from(column)
    .sort((a, b) => away(a) - away(b) || a - b)
    .slice(0, count)
    .sort((a, b) => a - b);
  let sum = 0;
  for (const value of chosen) sum += value;
  return sum / count;
}

function blocksOf(rows: readonly Float32Array[]): Float32Array[] {
  const found: Float32Array[] = [];
  forEachSortedBlock(rows, (sorted, from, width) => {
    expect(from).toBe(found.length);
    expect(sorted.length).toBe(rows.length * width);
    for (let j = 0; j < width; j++) {
      found.push(Float32Array.from(rows, (_, k) => sorted[k * width + j]));
    }
  });
  return found;
}

function noise(n: number, d: number): Float32Array[] {
  const random = SimulationRandom.fromSeed(n);
  return Array.from({ length: n }, () => Float32Array.from({ length: d }, () => random.normal()));
}
