import fc from "fast-check";
import { expect, it } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import { countRows } from "./deal.ts";
import { topUp } from "./minimum.ts";

it("ends with the sizes of taking one row at a time from the largest client", () => {
  const anyCase = fc
    .array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 12 })
    .chain((sizes) => {
      const most = Math.floor(sizes.reduce((a, b) => a + b) / sizes.length);
      return fc.record({ sizes: fc.constant(sizes), minimum: fc.integer({ min: 0, max: most }) });
    });
  fc.assert(
    fc.property(anyCase, ({ sizes, minimum }) => {
      const slow = [...sizes];
      while (Math.min(...slow) < minimum) {
        slow[slow.indexOf(Math.max(...slow))]--;
        slow[slow.findIndex((size) => size < minimum)]++;
      }
      const deal = Int32Array.from(sizes.flatMap((size, client) => new Array<number>(size).fill(client)));
      topUp(deal, sizes.length, minimum, SimulationRandom.fromSeed(1));
      const ascending = (a: number, b: number) => a - b;
      expect([...countRows(deal, sizes.length)].sort(ascending)).toEqual(slow.sort(ascending));
    }),
    { numRuns: 500 },
  );
});
