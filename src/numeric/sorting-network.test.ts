import { describe, expect, test } from "vitest";
import { type Comparator, selectionNetwork, sortingNetwork } from "./sorting-network.ts";

/** What the network makes of zeros and ones, which is enough to know it (Knuth, 5.3.4, theorem Z). */
function run(network: readonly Comparator[], bits: number, places: number): number[] {
  const values = Array.from({ length: places }, (_, k) => (bits >> k) & 1);
  for (const [a, b] of network) {
    if (values[a] > values[b]) [values[a], values[b]] = [values[b], values[a]];
  }
  return values;
}

const sizes = Array.from({ length: 12 }, (_, k) => k + 1);

describe("sortingNetwork", () => {
  test.each(sizes)("sorts all zeros and ones in %i places", (places) => {
    const network = sortingNetwork(places);
    for (let bits = 0; bits < 2 ** places; bits++) {
      const values = run(network, bits, places);
      expect(values.every((value, k) => k === 0 || values[k - 1] <= value)).toBe(true);
    }
  });

  test("has as many comparators as Batcher's (Knuth, 5.3.4)", () => {
    expect([2, 4, 8, 16, 32, 64, 128, 256].map((places) => sortingNetwork(places).length)).toEqual([
      1, 5, 19, 63, 191, 543, 1471, 3839,
    ]);
  });
});

describe("selectionNetwork", () => {
  test.each(sizes)("brings the wanted ranks of %i places together", (places) => {
    for (let from = 0; from < places; from++) {
      for (let to = from + 1; to <= places; to++) {
        const network = selectionNetwork(places, from, to);
        for (let bits = 0; bits < 2 ** places; bits += 1 + (places > 9 ? 6 : 0)) {
          const values = run(network, bits, places);
          const ones = values.reduce((sum, value) => sum + value, 0);
          const chosen = values.slice(from, to).reduce((sum, value) => sum + value, 0);
          // Sorted, the ones are the last `ones` places.
          const expected = Math.max(0, Math.min(to - from, to - (places - ones)));
          if (chosen !== expected) expect({ places, from, to, bits, chosen }).toEqual(expected);
        }
      }
    }
  });

  test("is smaller than the whole, and empty when everything is wanted", () => {
    expect(selectionNetwork(51, 25, 26).length).toBeLessThan(0.85 * sortingNetwork(51).length);
    expect(selectionNetwork(51, 0, 51)).toEqual([]);
  });
});
