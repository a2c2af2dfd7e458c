import { describe, expect, test } from "vitest";
import { InputError } from "../../errors.ts";
import { SUM } from "../testing/contributions.ts";
import { thresholds, wholePart } from "./neighbour-bounds.ts";
import { assertOptions, assertPlannable, planFor, type SecAggPlusOptions } from "./plan.ts";

const harary = (options: Partial<SecAggPlusOptions> = {}) => ({
  graph: "harary" as const,
  sum: SUM,
  ...options,
});
const full = (options: Partial<SecAggPlusOptions> = {}) => ({ graph: "full" as const, sum: SUM, ...options });

describe("neighbours and threshold", () => {
  // Worked out independently, with the same three bounds.
  test.each([
    [100, 0.05, 30, 15],
    [100, 0.1, 42, 21],
    [100, 0.2, 72, 36],
    [1000, 0.05, 34, 18],
    [1000, 0.1, 52, 28],
    [1000, 0.2, 112, 58],
    [10000, 0.05, 38, 21],
    [10000, 0.1, 60, 32],
    [10000, 0.2, 134, 70],
  ])("%i clients, of whom %f are corrupt and %f go", (clients, fraction, neighbours, threshold) => {
    const options = harary({ corruptFraction: fraction, dropoutFraction: fraction });
    expect(planFor(clients, options)).toEqual({ clients, neighbours, threshold });
  });

  test("few clients are all neighbours", () => {
    // One of 10 corrupt, one may go: 2 <= t <= 8.
    expect(planFor(10, harary())).toEqual({ clients: 10, neighbours: 9, threshold: 5 });
    expect(planFor(10, full())).toEqual({ clients: 10, neighbours: 9, threshold: 5 });
    expect(planFor(200, full({ dropoutFraction: 0.5 }))).toEqual({
      ...{ clients: 200, neighbours: 199 },
      threshold: (21 + 99) / 2,
    });
  });

  test("what is given is taken", () => {
    expect(planFor(1000, harary({ neighbours: 6, threshold: 5 }))).toEqual({
      ...{ clients: 1000, neighbours: 6, threshold: 5 },
    });
    expect(planFor(5, harary({ neighbours: 6, threshold: 3 }))).toEqual({
      ...{ clients: 5, neighbours: 4, threshold: 3 },
    });
    expect(planFor(7, full({ threshold: 6 }))).toEqual({ clients: 7, neighbours: 6, threshold: 6 });
    // One alone is completed by the bounds.
    expect(planFor(1000, harary({ neighbours: 60 }))).toMatchObject({ neighbours: 60, threshold: 32 });
    expect(planFor(1000, harary({ threshold: 32 }))).toMatchObject({ neighbours: 58, threshold: 32 });
  });

  test("tails are counted, not estimated", () => {
    // Of 9 others 3 are corrupt and 5 are neighbours: at least 3 corrupt in C(6, 2) of C(9, 5) = 126 draws, 4 in none.
    expect(thresholds(10, 5, { corrupt: 0.3, dropout: 0.3 })).toEqual({ least: 4, most: 2 });
    expect(wholePart(100, 0.29)).toBe(29);
  });

  test("the least threshold is the first that is safe", () => {
    const fractions = { corrupt: 0.2, dropout: 0 };
    const { least } = thresholds(1000, 112, fractions);
    const risk = (t: number) => 1000 * hypergeometric(999, 200, 112, t);
    expect(risk(least)).toBeLessThanOrEqual(2 ** -40);
    expect(risk(least - 1)).toBeGreaterThan(2 ** -40);
  });
});

/** P[at least t marked], in floating point and by another formula. */
function hypergeometric(population: number, marked: number, drawn: number, t: number): number {
  const logFactorial = [0];
  for (let i = 1; i <= population; i++) logFactorial.push(logFactorial[i - 1] + Math.log(i));
  const logChoose = (n: number, k: number) => logFactorial[n] - logFactorial[k] - logFactorial[n - k];
  let tail = 0;
  for (let j = t; j <= Math.min(marked, drawn); j++) {
    tail += Math.exp(
      logChoose(marked, j) + logChoose(population - marked, drawn - j) - logChoose(population, drawn),
    );
  }
  return tail;
}

describe("what is refused", () => {
  test.each([
    ["fractions that leave nobody", harary({ corruptFraction: 0.5, dropoutFraction: 0.5 })],
    ["a negative fraction", harary({ corruptFraction: -0.1 })],
    ["no number", harary({ dropoutFraction: Number.NaN })],
    ["odd neighbours", harary({ neighbours: 5 })],
    ["no neighbours", harary({ neighbours: 0 })],
    ["neighbours in the full graph", full({ neighbours: 4 })],
    ["a threshold of one", harary({ threshold: 1 })],
    ["half a threshold", full({ threshold: 2.5 })],
    ["a threshold above the neighbours", harary({ neighbours: 4, threshold: 5 })],
  ])("%s", (_, options) => {
    expect(() => assertOptions(options)).toThrow(expect.objectContaining({ code: "secure.parameters" }));
  });

  test.each([
    ["nobody", 0, harary(), "secure.parameters"],
    ["nobody but a given threshold", 0, full({ threshold: 3 }), "secure.parameters"],
    ["one client", 1, full(), "secure.parameters"],
    ["two clients", 2, harary(), "secure.parameters"],
    ["a threshold that so few cannot reach", 4, full({ threshold: 4 }), "secure.parameters"],
    [
      "more dropouts than the threshold bears",
      8,
      full({ corruptFraction: 0.5, dropoutFraction: 0.45 }),
      "secure.parameters",
    ],
    ["more than are believed", 1e6, harary(), "secure.parameters"],
    ["sums that do not fit", 1000, harary({ sum: { ...SUM, bound: 1e7 } }), "secure.precision"],
  ])("%s", (_, clients, options, code) => {
    expect(planFor(clients, options)).toBeInstanceOf(InputError);
    expect(() => assertPlannable(options, clients)).toThrow(expect.objectContaining({ code }));
  });
});
