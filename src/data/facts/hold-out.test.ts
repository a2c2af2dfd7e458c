import fc from "fast-check";
import { expect, test } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import type { Fact } from "./fact.ts";
import { drawnNumber, splitFacts } from "./hold-out.ts";

const fact = fc.record({ head: fc.nat(11), relation: fc.nat(2), tail: fc.nat(11) });
const spoke = fc.record({ head: fc.integer({ min: 2, max: 99 }), relation: fc.nat(2), tail: fc.nat(1) });
/** From a few facts to nearly all that can be said, and hubs with spokes that are spoken of once or twice. */
const graph = fc.oneof(
  fc.array(spoke, { minLength: 100, maxLength: 200 }),
  fc.array(fact, { minLength: 1, maxLength: 8 }),
  fc.array(fact, { minLength: 20, maxLength: 60 }),
  fc.array(fact, { minLength: 200, maxLength: 400 }),
);

const spell = ({ head, relation, tail }: Fact) => `${head} ${relation} ${tail}`;
const spelt = (facts: readonly Fact[]) => facts.map(spell).sort();
const spoken = ({ head, relation, tail }: Fact) => [
  `entity ${head}`,
  `relation ${relation}`,
  `entity ${tail}`,
];
const reverse = ({ head, relation, tail }: Fact): Fact => ({ head: tail, relation, tail: head });

/** Whether the others speak of all that this one and its reverse speak of. */
function canSpare(one: Fact, facts: readonly Fact[]): boolean {
  const together = [spell(one), spell(reverse(one))];
  const known = new Set(facts.filter((other) => !together.includes(spell(other))).flatMap(spoken));
  return spoken(one).every((name) => known.has(name));
}

/** Distinct facts, as likely each as any other. */
function randomFacts(seed: number, { entities, relations, count }: Record<string, number>): Fact[] {
  const random = SimulationRandom.fromSeed(seed);
  const facts = new Map<string, Fact>();
  while (facts.size < count) {
    const [head, relation, tail] = [entities, relations, entities].map((bound) => random.integer(bound));
    facts.set(spell({ head, relation, tail }), { head, relation, tail });
  }
  return [...facts.values()];
}

/** Facts of both files that one of them holds out and the other trains on, none of which the latter could spare. */
function disagreements(a: readonly Fact[], b: readonly Fact[]): string[] {
  const [one, other] = [splitFacts(a), splitFacts(b)];
  return [
    [one, other],
    [other, one],
  ].flatMap(([{ test }, { train }]) => {
    const heldOut = new Set(test.map(spell));
    const differing = train.filter((fact) => heldOut.has(spell(fact)));
    for (const fact of differing) expect(canSpare(fact, train), spell(fact)).toBe(false);
    return differing.map(spell);
  });
}

test("what is held out speaks only of what is trained on, and nothing is lost", () => {
  fc.assert(
    fc.property(graph, (facts) => {
      const { train, test } = splitFacts(facts);
      expect(spelt([...train, ...test])).toEqual([...new Set(spelt(facts))]);
      expect([...new Set(train.flatMap(spoken))].sort()).toEqual([...new Set(facts.flatMap(spoken))].sort());
    }),
  );
});

test("all facts of the tenth are held out that can be spared, and one of the others only where none can", () => {
  const kinds = { tenth: 0, needed: 0, beyond: 0, none: 0 };
  fc.assert(
    fc.property(graph, (facts) => {
      const { train, test } = splitFacts(facts);
      const isOfTenth = (one: Fact) => drawnNumber(one) < 0.1;
      for (const one of train.filter(isOfTenth)) {
        expect(canSpare(one, train)).toBe(false);
        kinds.needed++;
      }
      if (test.every(isOfTenth)) kinds.tenth += test.length;
      else {
        kinds.beyond++;
        expect(new Set(test.map(drawnNumber)).size).toBe(1);
        for (const one of facts)
          if (drawnNumber(one) < drawnNumber(test[0])) expect(canSpare(one, facts)).toBe(false);
      }
      if (test.length > 0) return;
      kinds.none++;
      for (const one of facts) expect(canSpare(one, facts)).toBe(false);
    }),
  );
  for (const count of Object.values(kinds)) expect(count).toBeGreaterThan(0);
});

test("a fact and its reverse go together", () => {
  let pairs = 0;
  fc.assert(
    fc.property(graph, (facts) => {
      const { train, test } = splitFacts(facts);
      const trained = new Set(train.map(spell));
      for (const one of test) expect(trained).not.toContain(spell(reverse(one)));
      const heldOut = new Set(test.map(spell));
      pairs += test.filter((one) => one.head < one.tail && heldOut.has(spell(reverse(one)))).length;
    }),
  );
  expect(pairs).toBeGreaterThan(0);
  // Either could be spared, but not both.
  const there = { head: 0, relation: 0, tail: 1 };
  expect(splitFacts([there, reverse(there)]).test).toEqual([]);
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

test("files that overlap agree on what they share, but for what one of them cannot spare", () => {
  const dense = randomFacts(1, { entities: 100, relations: 4, count: 6000 });
  expect(disagreements(dense.slice(0, 4000), dense.slice(2000))).toEqual([]);
  // Of some 400 shared facts of the tenth; each file speaks of an entity 2.4 times, of one in five only once.
  const sparse = randomFacts(1, { entities: 5000, relations: 4, count: 8000 });
  expect(disagreements(sparse.slice(0, 6000), sparse.slice(2000))).toHaveLength(82);
});

test("a row more or less changes little else of what is held out", () => {
  const changes = (facts: readonly Fact[], rows: number) =>
    facts.slice(0, rows).map((_, row) => disagreements(facts, facts.toSpliced(row, 1)).length);
  // Nothing where an entity of the row is spoken of by others that are not of the tenth.
  const dense = randomFacts(2, { entities: 40, relations: 4, count: 1000 });
  expect(Math.max(...changes(dense, 100))).toBe(0);
  // Elsewhere a change goes on along entities of which one more fact is all that is known: 4 times an entity here.
  const sparse = randomFacts(2, { entities: 300, relations: 4, count: 600 });
  const others = changes(sparse, 600);
  expect(Math.max(...others)).toBeLessThanOrEqual(3);
  expect(others.reduce((sum, count) => sum + count)).toBeLessThan(600 / 20);
  expect(others.some((count) => count > 0)).toBe(true);
});

test("of many facts about a tenth is held out, of each relation", () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`seed ${seed}`);
  const facts = randomFacts(seed, { entities: 200, relations: 3, count: 30_000 });
  const oneWay = facts.filter(({ head, tail }) => head <= tail);
  const { test } = splitFacts(oneWay);
  for (const relation of [0, 1, 2]) {
    const all = oneWay.filter((one) => one.relation === relation).length;
    const held = test.filter((one) => one.relation === relation).length;
    // Of the binomial distribution: farther off with a probability of 2e-7.
    expect(Math.abs(held - all / 10)).toBeLessThan(5.2 * Math.sqrt(all * 0.1 * 0.9));
  }
});

test("the number of a fact is the same for ever, and of its reverse", () => {
  const one = { head: 3, relation: 1, tail: 70 };
  expect(drawnNumber(one)).toBe(0.31285688776770304);
  expect(drawnNumber(reverse(one))).toBe(drawnNumber(one));
  expect(drawnNumber({ ...one, relation: 2 })).not.toBe(drawnNumber(one));
});
