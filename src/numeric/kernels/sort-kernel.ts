import { comparatorsOf, type Step } from "../sorting-network.ts";
import { sort } from "./compiled.ts";
import { loadKernel } from "./load.ts";
import { type Memory, plainMemory, STRIDE } from "./panel.ts";

/** Works on strips: some columns of the panel at the start of its memory, given by the address of the first. */
export interface SortKernel {
  readonly memory: Memory;
  /**
   * Runs a network: sorts rows of floats as signed integers of the same order (-0 below 0), and leaves these.
   * `width` is a multiple of 16.
   *
   * @param network address of what {@link encodeNetwork} made
   * @param end address behind it
   */
  runNetwork(strip: number, width: number, network: number, end: number): void;
  /** Turns such integers back into floats, in place. `width` is a multiple of 4. */
  restore(strip: number, rows: number, width: number): void;
  /** Of sorted integers: the mean of `count` rows from `strip` on, as floats. `width` is a multiple of 4. */
  meanOfRows(strip: number, count: number, width: number, out: number): void;
  /**
   * Of sorted floats: the mean of the `count` values closest to the median, the lower one of two as far. `width` is
   * a multiple of 2.
   */
  meanNearMedian(strip: number, rows: number, count: number, width: number, out: number): void;
}

const kinds = ["compare", "merge", "sort"] as const;

/** A network as the kernels read it: 32-bit integers. */
export function encodeNetwork(steps: readonly Step[]): number[] {
  return steps.flatMap(({ kind, first, gap }) => [kinds.indexOf(kind), first * STRIDE, gap * STRIDE]);
}

/** The rows that a network for n rows may touch. Those from n on are to hold {@link ABOVE_ALL}. */
export function rowsTouched(n: number): number {
  return Math.max(8, 2 ** Math.ceil(Math.log2(n)));
}

/** The largest of the integers. */
export const ABOVE_ALL = 2 ** 31 - 1;

let loaded: SortKernel | undefined;

/** Compiled on first use; all callers share it, and its memory. */
export function sortKernel(): SortKernel {
  loaded ??= loadKernel<SortKernel>(sort) ?? plainSortKernel();
  return loaded;
}

/** The same bits in plain JavaScript, several times slower: for engines without SIMD, and to test against. */
export function plainSortKernel(): SortKernel {
  const memory = plainMemory();
  const line = STRIDE / 4;
  const flip = (strip: number, rows: number, width: number) => {
    const integers = new Int32Array(memory.buffer, strip);
    for (let row = 0; row < rows; row++) {
      for (let k = row * line; k < row * line + width; k++) integers[k] ^= (integers[k] >> 31) >>> 1;
    }
  };
  return {
    memory,
    runNetwork(strip, width, network, end) {
      const integers = new Int32Array(memory.buffer, strip);
      const codes = new Uint32Array(memory.buffer, network, (end - network) / 4);
      for (let k = 0; k < codes.length; k += 3) {
        const step = { kind: kinds[codes[k]], first: codes[k + 1] / 4, gap: codes[k + 2] / 4 };
        if (step.kind === "sort") flip(strip + 4 * step.first, 8, width);
        for (const [a, b] of comparatorsOf(step)) {
          for (let j = 0; j < width; j++) {
            const x = integers[a + j];
            const y = integers[b + j];
            integers[a + j] = x < y ? x : y;
            integers[b + j] = x < y ? y : x;
          }
        }
      }
    },
    restore: flip,
    meanOfRows(strip, count, width, out) {
      flip(strip, count, width);
      const floats = new Float32Array(memory.buffer, strip);
      const means = new Float32Array(memory.buffer, out);
      for (let j = 0; j < width; j++) {
        let sum = 0;
        for (let k = 0; k < count; k++) sum += floats[k * line + j];
        means[j] = sum / count;
      }
      flip(strip, count, width);
    },
    meanNearMedian(strip, rows, count, width, out) {
      const floats = new Float32Array(memory.buffer, strip);
      const means = new Float32Array(memory.buffer, out);
      for (let j = 0; j < width; j++) {
        const value = (rank: number) => floats[rank * line + j];
        const twice = value((rows - 1) >> 1) + value(rows >> 1);
        let first = 0;
        while (first + count < rows && value(first) + value(first + count) < twice) first++;
        let sum = 0;
        for (let k = first; k < first + count; k++) sum += value(k);
        means[j] = sum / count;
      }
    },
  };
}
