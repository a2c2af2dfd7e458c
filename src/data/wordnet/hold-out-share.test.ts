import fc from "fast-check";
import { expect, test } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import { distinctFacts, type Fact } from "../facts/fact.ts";
import { holdOutShare } from "./hold-out-share.ts";

const timesIn = (facts: readonly Fact[], relation: number) =>
  facts.filter((one) => one.relation === relation).length;

test("a tenth of each relation is held out, less only where nothing would be left of an entity", () => {
  const fact = fc.record({ head: fc.nat(11), relation: fc.nat(2), tail: fc.nat(11) });
  const spoke = fc.record({ head: fc.integer({ min: 2, max: 999 }), relation: fc.nat(2), tail: fc.nat(1) });
  const graph = fc.oneof(
    fc.array(fact, { minLength: 200, maxLength: 400 }),
    fc.array(spoke, { minLength: 100, maxLength: 200 }),
  );
  const relations = { full: 0, less: 0 };
  fc.assert(
    fc.property(graph, fc.integer(), (drawn, seed) => {
      const facts = distinctFacts(drawn);
      const { train, test } = holdOutShare(facts, SimulationRandom.fromSeed(seed));
      expect(distinctFacts([...train, ...test])).toEqual(facts);
      const count = (entity: number) =>
        train.flatMap(({ head, tail }) => [head, tail]).filter((one) => one === entity).length;
      for (const { head, tail } of test) expect(count(head) * count(tail)).toBeGreaterThan(0);
      for (const relation of [0, 1, 2]) {
        const held = timesIn(test, relation);
        const all = held + timesIn(train, relation);
        expect(held).toBeLessThanOrEqual(Math.round(all / 10));
        // Whether an exact half counts is a matter of rounding.
        if (held >= Math.round(all / 10 - 0.01)) {
          relations.full++;
          continue;
        }
        relations.less++;
        for (const one of train) {
          if (one.relation !== relation) continue;
          const own = one.head === one.tail ? 2 : 1;
          expect(Math.min(count(one.head), count(one.tail))).toBeLessThanOrEqual(own);
        }
      }
    }),
  );
  expect(relations.full).toBeGreaterThan(20);
  expect(relations.less).toBeGreaterThan(0);
});

test("the order is drawn", () => {
  const facts = Array.from({ length: 12 }, (_, head) => ({ head, relation: 0, tail: (head + 1) % 12 }));
  const held = new Set(
    Array.from(
      { length: 20 },
      (_, seed) => holdOutShare(facts, SimulationRandom.fromSeed(seed)).test[0].head,
    ),
  );
  expect(held.size).toBeGreaterThan(5);
});
