import { describe, expect, test } from "vitest";
import { comparatorsOf, type Step, selectionNetwork, sortingNetwork } from "./sorting-network.ts";

const sizes = Array.from({ length: 11 }, (_, k) => k + 1);

/** Runs the network; the places behind the values hold what is above all. */
function run(network: readonly Step[], values: readonly number[]): number[] {
  const held = [...values, ...new Array(2 * values.length + 8).fill(Number.POSITIVE_INFINITY)];
  for (const [a, b] of network.flatMap(comparatorsOf)) {
    if (held[a] > held[b]) [held[a], held[b]] = [held[b], held[a]];
  }
  return held.slice(0, values.length);
}

/** All sequences of so many zeros and ones, which is enough to know a network (Knuth, 5.3.4, theorem Z). */
function* zerosAndOnes(places: number): Generator<number[]> {
  for (let bits = 0; bits < 2 ** places; bits++) {
    yield Array.from({ length: places }, (_, k) => (bits >> k) & 1);
  }
}

function shuffled(places: number, seed: number): number[] {
  return Array.from({ length: places }, (_, k) => (k * 7919 + seed * 104729) % places ** 2);
}

const ascending = (values: readonly number[]) => values.toSorted((a, b) => a - b);

describe("sortingNetwork", () => {
  test.each(sizes)("sorts all zeros and ones in %i places", (places) => {
    const network = sortingNetwork(places);
    for (const values of zerosAndOnes(places)) {
      if (String(run(network, values)) !== String(ascending(values))) expect(values).toBe("sorted");
    }
  });

  test.each([16, 17, 31, 33, 51, 64, 101, 200, 257])("sorts %i places", (places) => {
    const network = sortingNetwork(places);
    for (let seed = 0; seed < 20; seed++) {
      const values = shuffled(places, seed);
      expect(run(network, values)).toEqual(ascending(values));
    }
  });

  test("has as many comparators as Batcher's (Knuth, 5.3.4)", () => {
    const counts = [8, 16, 32, 64, 128, 256].map(
      (places) => sortingNetwork(places).flatMap(comparatorsOf).length,
    );
    expect(counts).toEqual([19, 63, 191, 543, 1471, 3839]);
  });

  test("holds few steps of one comparator", () => {
    const steps = sortingNetwork(51);
    expect(steps.length).toBeLessThan(0.5 * steps.flatMap(comparatorsOf).length);
  });
});

describe("selectionNetwork", () => {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

  test.each(sizes)("brings the wanted ranks of %i places together", (places) => {
    const all = [...zerosAndOnes(places)].filter((_, k) => places < 9 || k % 7 === 0);
    for (let from = 0; from < places; from++) {
      for (let to = from + 1; to <= places; to++) {
        const network = selectionNetwork(places, from, to);
        for (const values of all) {
          const found = sum(run(network, values).slice(from, to));
          if (found !== sum(ascending(values).slice(from, to))) expect({ from, to, values }).toBe("right");
        }
      }
    }
  });

  test.each([31, 51, 101, 200])("brings the middle half of %i places together", (places) => {
    const [from, to] = [places >> 2, places - (places >> 2)];
    const network = selectionNetwork(places, from, to);
    for (let seed = 0; seed < 20; seed++) {
      const values = shuffled(places, seed);
      expect(ascending(run(network, values).slice(from, to))).toEqual(ascending(values).slice(from, to));
    }
  });

  test("is smaller than the whole, and sorts no further than eights when everything is wanted", () => {
    expect(selectionNetwork(51, 25, 26).length).toBeLessThan(0.85 * sortingNetwork(51).length);
    const eights = [0, 8, 16, 24, 32, 40, 48].map((first) => ({ kind: "sort", first, gap: 1 }));
    expect(selectionNetwork(51, 0, 51)).toEqual(eights);
  });
});
