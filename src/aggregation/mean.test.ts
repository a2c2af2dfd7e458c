import fc from "fast-check";
import { expect, test } from "vitest";
import { mean } from "./mean.ts";

test("weighs clients by their examples", () => {
  // n = 10, 30 with updates 1, 3 (FedAvg worked example).
  expect(mean([Float32Array.of(1), Float32Array.of(3)], { weights: [10, 30] })).toEqual(Float32Array.of(2.5));
});

const rows = fc.integer({ min: 1, max: 12 }).chain((n) =>
  fc.tuple(
    fc.array(fc.array(fc.float({ min: -30, max: 30, noNaN: true }), { minLength: 5, maxLength: 5 }), {
      minLength: n,
      maxLength: n,
    }),
    fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: n, maxLength: n }),
    fc.shuffledSubarray(
      Array.from({ length: n }, (_, i) => i),
      { minLength: n, maxLength: n },
    ),
  ),
);

test("gives the same bits in any order", () => {
  fc.assert(
    fc.property(rows, ([updates, weights, order]) => {
      const vectors = updates.map((row) => Float32Array.from(row));
      const shuffled = mean(
        order.map((k) => vectors[k]),
        { weights: order.map((k) => weights[k]) },
      );
      expect(shuffled).toEqual(mean(vectors, { weights }));
    }),
  );
});

test("agrees with the textbook sum", () => {
  fc.assert(
    fc.property(rows, ([updates, weights]) => {
      const total = weights.reduce((a, b) => a + b, 0);
      const expected = updates[0].map(
        (_, i) => updates.reduce((sum, row, k) => sum + weights[k] * row[i], 0) / total,
      );
      const actual = mean(
        updates.map((row) => Float32Array.from(row)),
        { weights },
      );
      for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i], 5);
    }),
  );
});

test("refuses updates of different lengths, and none at all", () => {
  expect(() => mean([new Float32Array(2), new Float32Array(3)])).toThrow(/3 entries where 2/);
  expect(() => mean([])).toThrow(/nothing to average/);
});
