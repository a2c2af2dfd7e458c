import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { meanOf } from "../spread.ts";
import { gap, nineHonest, someRows, squaredDistance } from "../testing/nine-honest.ts";
import { minMax, minMaxAttack } from "./min-max.ts";
import { minSum } from "./min-sum.ts";

/** How far the vector went, in steps of the perturbation that points away from the mean with these entries. */
function gammaOf(vector: Float32Array, direction: (mean: number, j: number) => number): number {
  const mean = meanOf(nineHonest);
  return (vector[0] - mean[0]) / direction(mean[0], 0);
}

const norm = Math.sqrt(meanOf(nineHonest).reduce((sum, x) => sum + x * x, 0));
const unit = (mean: number): number => -mean / norm;
const std = (): number => -0.48352295;
const sign = (mean: number): number => -Math.sign(mean);

describe("nine honest vectors", () => {
  test.each([
    ["unit", unit, 1.411656, 1.471097],
    ["std", std, 1.620206, 1.499836],
    ["sign", sign, 0.664911, 0.657895],
  ] as const)("gamma along %s", (perturbation, direction, max, sum) => {
    const [ofMax] = minMax(nineHonest, { byzantine: 2, perturbation });
    const [ofSum] = minSum(nineHonest, { byzantine: 2, perturbation });
    expect(Math.abs(gammaOf(ofMax, direction) - max)).toBeLessThan(2e-6);
    expect(Math.abs(gammaOf(ofSum, direction) - sum)).toBeLessThan(2e-6);
  });

  test("the vector itself, from every colluder", () => {
    const sent = minMax(nineHonest, { byzantine: 2 });
    expect(gap(sent[0], [0.430092, -0.254265, 0.216889, 0.892823, -0.72226])).toBeLessThan(1e-6);
    expect(sent[1]).toEqual(sent[0]);
  });
});

const largest = (values: readonly number[]): number => Math.max(...values);
const total = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0);
const rules = { "min-max": [minMax, largest], "min-sum": [minSum, total] } as const;
const perturbations = ["unit", "std", "sign"] as const;

describe.each(["min-max", "min-sum"] as const)("%s", (name) => {
  const [attack, measure] = rules[name];

  test("goes exactly as far as its constraint allows", () => {
    fc.assert(
      fc.property(someRows, fc.constantFrom(...perturbations), (rows, perturbation) => {
        const bound = largest(rows.map((row) => measure(rows.map((other) => squaredDistance(row, other)))));
        const [sent] = attack(rows, { byzantine: 1, perturbation });
        const reached = measure(rows.map((row) => squaredDistance(row, sent)));
        // What is sent is rounded to 32 bits: relative to the entries, not to their differences.
        const size = largest(rows.map((row) => largest(Array.from(row, Math.abs))));
        const slack = 1e-6 * (bound + rows.length * size * Math.sqrt(bound));
        expect(reached).toBeLessThanOrEqual(bound + slack);
        const moved = meanOf(rows).some((x, j) => Math.fround(x) !== sent[j]);
        if (moved) expect(reached).toBeGreaterThanOrEqual(bound - slack);
      }),
    );
  });

  test("sends the common vector when all are alike", () => {
    const alike = [Float32Array.of(1, -2), Float32Array.of(1, -2)];
    for (const perturbation of perturbations) {
      expect(attack(alike, { byzantine: 1, perturbation })).toEqual([Float32Array.of(1, -2)]);
    }
  });
});

test("takes the clients' own vectors in the weaker threat model", () => {
  const own = nineHonest.slice(0, 2);
  const round = { own, honest: nineHonest.slice(2), participants: 9 };
  const attack = minMaxAttack({ view: "own" });
  expect(attack.forge({ ...round, random: undefined as never }, undefined).vectors).toEqual(
    minMax(own, { byzantine: 2 }),
  );
});
