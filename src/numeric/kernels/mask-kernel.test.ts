/** The compiled kernel and its stand-in in plain JavaScript give the same, and what they should. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { P31 } from "../field31-reduce.ts";
import { mask } from "./compiled.ts";
import { loadKernel } from "./load.ts";
import { type MaskKernel, plainMaskKernel } from "./mask-kernel.ts";
import { reserve } from "./panel.ts";

const WORDS = 4096;
const kernels = [loadKernel<MaskKernel>(mask)!, plainMaskKernel()];

const element = fc.oneof(fc.nat(P31 - 1), fc.constantFrom(0, 1, P31 - 1));
const word = fc.oneof(
  fc.nat(2 ** 32 - 1),
  fc.constantFrom(0, 2 ** 31, P31 - 1, 2 ** 32 - 2, P31, 2 ** 32 - 1),
);

test.each([
  ["added", 0, 1n],
  ["taken off", P31, -1n],
])("words are %s, and p is found", (_, flip, sign) => {
  const pairs = fc.array(fc.tuple(element, word), { minLength: 1, maxLength: 70 });
  fc.assert(
    fc.property(pairs, (pairs) => {
      const isFound = pairs.some(([, w]) => (w & P31) === P31);
      const sums = pairs.map(([x, w]) => {
        const sum = (BigInt(x) + sign * BigInt(w & P31)) % BigInt(P31);
        return Number(sum < 0n ? sum + BigInt(P31) : sum);
      });
      for (const kernel of kernels) {
        reserve(kernel.memory, 2 * WORDS);
        const vector = new Uint32Array(kernel.memory.buffer, 0, 96).fill(0);
        const words = new Uint32Array(kernel.memory.buffer, WORDS, 96).fill(0);
        vector.set(pairs.map(([x]) => x));
        words.set(pairs.map(([, w]) => w));
        expect(kernel.add(0, WORDS, pairs.length, flip) !== 0).toBe(isFound);
        expect([...vector.subarray(0, pairs.length)]).toEqual(sums);
      }
    }),
  );
});
