import fc from "fast-check";
import { expect, test } from "vitest";
import { densest } from "./densest.ts";

const triple = (head: number, tail: number) => ({ head: `${head}`, relation: "r", tail: `${tail}` });

test("what hangs on by one thread goes before what holds together", () => {
  const square = [triple(1, 2), triple(2, 3), triple(3, 4), triple(4, 1), triple(1, 3), triple(2, 4)];
  const tail = [triple(4, 5), triple(5, 6), triple(6, 7)];
  expect([...densest([...tail, ...square], 4)].sort()).toEqual(["1", "2", "3", "4"]);
  expect(densest([...tail, ...square], 7).size).toBe(7);
});

/** The smallest number of neighbours among the kept. */
function leastDegree(edges: readonly [number, number][], kept: ReadonlySet<string>): number {
  const degrees = [...kept].map(
    (one) =>
      new Set(
        edges.flatMap(([a, b]) =>
          `${a}` === one && kept.has(`${b}`) ? [b] : `${b}` === one && kept.has(`${a}`) ? [a] : [],
        ),
      ).size,
  );
  return Math.min(...degrees);
}

test("the last k + 1 that are left when fewer than k neighbours are the least hold the k-core", () => {
  // By the definition of degeneracy: somewhere on the way down the least degree is that of the innermost core.
  const edge = fc.tuple(fc.nat(9), fc.nat(9)).filter(([a, b]) => a !== b);
  fc.assert(
    fc.property(fc.array(edge, { minLength: 5, maxLength: 40 }), (edges) => {
      const triples = edges.map(([a, b]) => triple(a, b));
      const all = new Set(edges.flat().map(String));
      const subsets = Array.from({ length: 2 ** all.size - 1 }, (_, k) => {
        const names = [...all];
        return new Set(names.filter((_, bit) => ((k + 1) >> bit) & 1));
      });
      const best = Math.max(...subsets.map((subset) => leastDegree(edges, subset)));
      const reached = Math.max(
        ...Array.from({ length: all.size }, (_, k) => leastDegree(edges, densest(triples, k + 1))),
      );
      expect(reached).toBe(best);
    }),
    { numRuns: 8 },
  );
});
