import { expect, it } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import { twoMeans } from "./two-means.ts";

it("takes the best of its runs", () => {
  // The corners of an oblong: cut across, each half has a sum of squares of 2; cut along, of 2.88, and stays so.
  const corners = [
    [-1.2, -1],
    [-1.2, 1],
    [1.2, -1],
    [1.2, 1],
  ];
  for (let seed = 0; seed < 20; seed++) {
    const [a, b, c, d] = twoMeans(corners, 10, SimulationRandom.fromSeed(seed));
    expect([a === b, c === d, a === c]).toEqual([true, true, false]);
  }
});
