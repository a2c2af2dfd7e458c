import fc from "fast-check";
import { expect, test } from "vitest";
import { weightedSum } from "./weighted-sum.ts";

const float = fc.float({ noNaN: true, min: -1e6, max: 1e6 });

test("sums in doubles, row by row", () => {
  const cases = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 40 }))
    .chain(([n, d]) =>
      fc.tuple(
        fc.array(fc.array(float, { minLength: d, maxLength: d }), { minLength: n, maxLength: n }),
        fc.array(fc.double({ noNaN: true, min: -10, max: 10 }), { minLength: n, maxLength: n }),
      ),
    );
  fc.assert(
    fc.property(cases, ([values, weights]) => {
      const rows = values.map((row) => Float32Array.from(row));
      const expected = rows[0].map((_, j) => rows.reduce((sum, row, i) => sum + weights[i] * row[j], 0));
      expect(weightedSum(rows, weights)).toEqual(expected);
    }),
  );
});

test("crosses its blocks of columns", () => {
  const rows = [1, 2, 3, 4, 5].map((i) => Float32Array.from({ length: 5001 }, (_, j) => i * j));
  const sum = weightedSum(rows, [1, 0.5, 0, -1, 2]);
  expect(sum).toEqual(Float32Array.from({ length: 5001 }, (_, j) => 8 * j));
});

test("a row of weight zero does not count, whatever is in it", () => {
  const rows = [Float32Array.of(1, 2), Float32Array.of(Number.POSITIVE_INFINITY, Number.NaN)];
  expect(weightedSum(rows, [2, 0])).toEqual(Float32Array.of(2, 4));
});
