import fc from "fast-check";
import { expect, it } from "vitest";
import { splitInTwo } from "./split-in-two.ts";

const split = (values: readonly number[]) => splitInTwo(values.length, (k) => values[k]);

it("cuts where the sum of squares within the clusters is least", () => {
  const within = (values: readonly number[]) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  };
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 12 }), (drawn) => {
      const values = drawn.toSorted((a, b) => a - b);
      fc.pre(values[0] < values[values.length - 1]);
      const costs = values
        .slice(1)
        .map((_, k) => within(values.slice(0, k + 1)) + within(values.slice(k + 1)));
      const found = split(values)!;
      expect(costs[found.lowerCount - 1]).toBeCloseTo(Math.min(...costs), 6);
      const [lower, upper] = [values.slice(0, found.lowerCount), values.slice(found.lowerCount)];
      const mean = (part: readonly number[]) => part.reduce((a, b) => a + b, 0) / part.length;
      expect(found.gap).toBeCloseTo(mean(upper) - mean(lower), 6);
      expect(found.last).toBe(lower[lower.length - 1]);
      expect(upper[0]).toBeGreaterThan(found.last);
    }),
  );
});

it("finds no clusters where all values are equal", () => {
  expect(split([2, 2, 2])).toBeUndefined();
});
