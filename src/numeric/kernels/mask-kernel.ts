import { P31 } from "../field31-reduce.ts";
import { mask } from "./compiled.ts";
import { loadKernel } from "./load.ts";
import { type Memory, plainMemory } from "./panel.ts";

export interface MaskKernel {
  readonly memory: Memory;
  /**
   * vector[i] += (words[i] & p) ^ flip in the field of p = 2^31 - 1, for the two addresses. `flip` is 0, or p for the
   * negative. What lies behind `width` elements of the vector, up to a multiple of 16, means nothing afterwards.
   *
   * @returns not zero when some words[i] & p was p, which stands for 0; perhaps also when one behind `width` was
   */
  add(vector: number, words: number, width: number, flip: number): number;
}

let loaded: MaskKernel | undefined;

/** Compiled on first use; all callers share it, and its memory. */
export function maskKernel(): MaskKernel {
  loaded ??= loadKernel<MaskKernel>(mask) ?? plainMaskKernel();
  return loaded;
}

/** The same bits in plain JavaScript, several times slower: for engines without SIMD, and to test against. */
export function plainMaskKernel(): MaskKernel {
  const memory = plainMemory();
  return {
    memory,
    add(vectorAt, wordsAt, width, flip) {
      const vector = new Uint32Array(memory.buffer, vectorAt, width);
      const words = new Uint32Array(memory.buffer, wordsAt, width);
      let found = 0;
      for (let i = 0; i < width; i++) {
        const word = words[i] & P31;
        if (word === P31) found = 1;
        const sum = vector[i] + (word ^ flip);
        vector[i] = sum < P31 ? sum : sum - P31;
      }
      return found;
    },
  };
}
