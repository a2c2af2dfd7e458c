import { describe, expect, test } from "vitest";
import { clip } from "../../aggregation/before/clip.ts";
import { nearestNeighbourMixing } from "../../aggregation/before/nearest-neighbour-mixing.ts";
import { trimmedMean, trimmedMeanRule } from "../../aggregation/rules/trimmed-mean.ts";
import { gap, nineHonest, nineMean, viewOf } from "../testing/nine-honest.ts";
import { optimised, optimisedAttack } from "./optimised.ts";

describe("what ByzFL finds", () => {
  const byzfl = { sign: 1, ddof: 1 } as const;

  test.each([
    ["alie", [5.743007, 1.265415, 4.456146, 7.756223, 2.847372]],
    ["inner-product", [-9.07778, 5.36667, -4.57778, -18.84444, 15.24444]],
  ] as const)("%s against the trimmed mean: tau = 10", (family, expected) => {
    const [vector] = optimised(nineHonest, {
      byzantine: 2,
      family,
      rule: (rows) => trimmedMean(rows, { byzantine: 2 }),
      ...byzfl,
    });
    expect(gap(vector, expected)).toBeLessThan(1e-5);
  });

  const matrix = [Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6), Float32Array.of(7, 8, 9)];
  test.each([
    ["alie", [12.91985116, 13.91985116, 14.91985116]],
    ["inner-product", [-2.74877907, -3.43597384, -4.1231686]],
  ] as const)("%s against mixing, clipping and the trimmed mean", (family, expected) => {
    const rule = (rows: readonly Float32Array[]) =>
      trimmedMean(clip(nearestNeighbourMixing(rows, { byzantine: 1 }), { norm: 2 }), { byzantine: 1 });
    const [vector] = optimised(matrix, { byzantine: 1, family, rule, ...byzfl });
    expect(gap(vector, expected)).toBeLessThan(1e-5);
  });
});

test("tries the rule as often as it may, with all honest vectors first", () => {
  const tried: number[] = [];
  const rule = (rows: readonly Float32Array[]): Float32Array => {
    expect(rows.slice(0, 9)).toEqual(nineHonest);
    return tried.push(rows.length) > 0 ? rows[9] : rows[0];
  };
  optimised(nineHonest, { byzantine: 2, family: "inner-product", rule, evaluations: 7 });
  expect(tried).toEqual(new Array(7).fill(11));
});

test("a rule that gives no number is no better", () => {
  const rule = (rows: readonly Float32Array[]): Float32Array => rows[0].map(() => Number.NaN);
  const [vector] = optimised(nineHonest, { byzantine: 2, family: "inner-product", rule });
  expect(vector.every((x) => x === 0)).toBe(true);
});

test("what would be beyond the largest number is not tried", () => {
  const huge = nineHonest.map((row) => row.map((x) => 1e37 * x));
  const rule = (rows: readonly Float32Array[]) => trimmedMean(rows, { byzantine: 2 });
  const [vector] = optimised(huge, { byzantine: 2, family: "inner-product", rule });
  const tenfold = nineMean.map((x) => -1e38 * x);
  expect(gap(vector, tenfold)).toBeLessThan(1e33);
});

describe("in a run", () => {
  const attack = optimisedAttack({ family: "inner-product", rule: trimmedMeanRule({ byzantine: 2 }) });
  const own = nineHonest.slice(0, 2);

  test("with as many vectors as the rule needs it is the attack", () => {
    const honest = nineHonest.slice(2, 5);
    const rule = (rows: readonly Float32Array[]) => trimmedMean(rows, { byzantine: 2 });
    const expected = optimised(honest, { byzantine: 2, family: "inner-product", rule });
    expect(attack.forge(viewOf({ own, honest }), undefined).vectors).toEqual(expected);
  });

  test.each([2, 0])(
    "when all but %i of the honest clients have diverged, the colluders send what they have learnt",
    (left) => {
      const honest = nineHonest.slice(2, 2 + left);
      expect(attack.forge(viewOf({ own, honest }), undefined).vectors).toEqual(own);
    },
  );
});
