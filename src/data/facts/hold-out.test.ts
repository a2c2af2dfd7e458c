import fc from "fast-check";
import { expect, test } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import type { Fact } from "./fact.ts";
import { holdOut, splitFacts } from "./hold-out.ts";

const fact = fc.record({ head: fc.nat(11), relation: fc.nat(2), tail: fc.nat(11) });
const spelt = (facts: readonly Fact[]) =>
  facts.map(({ head, relation, tail }) => `${head} ${relation} ${tail}`).sort();
const spoke = fc.record({ head: fc.integer({ min: 2, max: 99 }), relation: fc.nat(2), tail: fc.nat(1) });
/** From a few facts to nearly all that can be said, and hubs with spokes that are spoken of once or twice. */
const graph = fc.oneof(
  fc.array(spoke, { minLength: 100, maxLength: 200 }),
  fc.array(fact, { minLength: 1, maxLength: 8 }),
  fc.array(fact, { minLength: 20, maxLength: 60 }),
  fc.array(fact, { minLength: 200, maxLength: 400 }),
);
const timesIn = (facts: readonly Fact[], relation: number) =>
  facts.filter((one) => one.relation === relation).length;

/** Whether the others speak of all that this one speaks of. */
function canSpare(one: Fact, train: readonly Fact[]): boolean {
  const others = train.filter((other) => other !== one);
  const known = new Set(others.flatMap(({ head, tail }) => [head, tail]));
  return known.has(one.head) && known.has(one.tail) && timesIn(others, one.relation) > 0;
}

test("what is held out speaks only of what is trained on, and nothing is lost", () => {
  fc.assert(
    fc.property(graph, (facts) => {
      const { train, test } = splitFacts(facts);
      expect(spelt([...train, ...test])).toEqual([...new Set(spelt(facts))]);
      const known = new Set(train.flatMap(({ head, tail }) => [head, tail]));
      for (const { head, relation, tail } of test) {
        expect(known).toContain(head);
        expect(known).toContain(tail);
        expect(timesIn(train, relation)).toBeGreaterThan(0);
      }
    }),
  );
});

test("a tenth of each relation is held out, less only where entities would have nothing left", () => {
  let full = 0;
  fc.assert(
    fc.property(graph, (facts) => {
      const { train, test } = splitFacts(facts);
      for (const relation of [0, 1, 2]) {
        const held = timesIn(test, relation);
        const all = held + timesIn(train, relation);
        if (all < 5) continue;
        expect(held).toBeLessThanOrEqual(Math.round(all / 10));
        // Whether an exact half counts is a matter of rounding.
        if (held >= Math.round(all / 10 - 0.01)) full++;
        else expect(train.filter((one) => one.relation === relation && canSpare(one, train))).toEqual([]);
      }
    }),
  );
  expect(full).toBeGreaterThan(20);
});

test("of few facts one is held out, and none only when each is needed", () => {
  const sizes = new Set<number>();
  fc.assert(
    fc.property(fc.array(fact, { minLength: 1, maxLength: 6 }), (facts) => {
      const { train, test } = splitFacts(facts);
      sizes.add(test.length);
      if (test.length === 0) expect(train.filter((one) => canSpare(one, train))).toEqual([]);
      if (test.length > 1) expect(facts.length).toBeGreaterThanOrEqual(5);
    }),
  );
  expect(sizes).toContain(0);
  expect(sizes).toContain(1);
});

test("neither the order of facts nor how often each is given is of matter", () => {
  fc.assert(
    fc.property(graph, fc.infiniteStream(fc.nat()), (facts, draws) => {
      const again = [...facts, ...facts.slice(0, 5)]
        .map((one) => ({ one, at: draws.next().value }))
        .sort((a, b) => a.at - b.at)
        .map(({ one }) => one);
      expect(splitFacts(again)).toEqual(splitFacts(facts));
    }),
  );
});

test("the order is drawn", () => {
  const facts = Array.from({ length: 12 }, (_, head) => ({ head, relation: 0, tail: (head + 1) % 12 }));
  const held = new Set(
    Array.from({ length: 20 }, (_, seed) => holdOut(facts, SimulationRandom.fromSeed(seed)).test[0].head),
  );
  expect(held.size).toBeGreaterThan(5);
});
