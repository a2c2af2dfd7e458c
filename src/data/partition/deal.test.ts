import fc from "fast-check";
import { expect, it } from "vitest";
import { countRows, dealEvenly, dealInProportion, gather } from "./deal.ts";

it("deals every row in proportion, though the proportions add up to a little less than 1", () => {
  const proportions = new Float64Array(10).fill(0.1);
  expect(proportions.reduce((a, b) => a + b)).toBeLessThan(1);
  const deal = new Int32Array(100).fill(-1);
  dealInProportion(Int32Array.from(deal.keys()), proportions, deal);
  // Rounding may move a row to a neighbour, but none is left out.
  expect(Math.min(...deal)).toBe(0);
  for (const count of countRows(deal, 10)) expect(Math.abs(count - 10)).toBeLessThanOrEqual(1);
  expect(deal).toEqual(deal.slice().sort());
});

it("deals in runs whose lengths differ by at most one, and gathers what was dealt", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 50 }), (rows, parts) => {
      const deal = new Int32Array(rows).fill(-1);
      dealEvenly(Int32Array.from(deal.keys()), parts, deal);
      const counts = countRows(deal, parts);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      const shards = gather(deal, parts);
      shards.forEach((shard, part) => {
        expect([...shard]).toEqual([...deal.keys()].filter((row) => deal[row] === part));
      });
    }),
  );
});
