import { gram } from "./compiled.ts";
import { loadKernel } from "./load.ts";
import { type Memory, plainMemory, STRIDE } from "./panel.ts";

/** Works on the panel at the start of its memory; widths are multiples of 4, `sums` is an address of doubles. */
export interface GramKernel {
  readonly memory: Memory;
  /** Subtracts row 0 from all rows. */
  center(rows: number, width: number): void;
  /** Multiplies all rows by a power of two. */
  scale(rows: number, width: number, factor: number): void;
  /** Adds the inner products of rows i <= j to sums[i * rows + j]; `rows` is a multiple of 3. */
  products(rows: number, width: number, sums: number): void;
  /**
   * The same for squared distances, in those tiles of 3 x 3 pairs whose byte at `marks` is set: tiles on and right
   * of the diagonal, line by line.
   */
  differences(rows: number, width: number, sums: number, marks: number): void;
}

let loaded: GramKernel | undefined;

/** Compiled on first use; all callers share it, and its memory. */
export function gramKernel(): GramKernel {
  loaded ??= loadKernel<GramKernel>(gram) ?? plainGramKernel();
  return loaded;
}

/** The same bits in plain JavaScript, several times slower: for engines without SIMD, and to test against. */
export function plainGramKernel(): GramKernel {
  const memory = plainMemory();
  const line = STRIDE / 4;

  function add(a: number, b: number, width: number, sums: Float64Array, at: number, term: Term): void {
    const x = new Float32Array(memory.buffer, a * STRIDE, width);
    const y = new Float32Array(memory.buffer, b * STRIDE, width);
    // As in a register: one sum for each of four lanes, rounded to 32 bits after every operation.
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let k = 0; k < width; k += 4) {
      s0 = Math.fround(s0 + term(x[k], y[k]));
      s1 = Math.fround(s1 + term(x[k + 1], y[k + 1]));
      s2 = Math.fround(s2 + term(x[k + 2], y[k + 2]));
      s3 = Math.fround(s3 + term(x[k + 3], y[k + 3]));
    }
    sums[at] += s0 + s2 + (s1 + s3);
  }

  function addTiles(
    rows: number,
    width: number,
    address: number,
    term: Term,
    wanted: (tile: number) => boolean,
  ): void {
    const sums = new Float64Array(memory.buffer, address, rows * rows);
    let tile = 0;
    for (let i = 0; i < rows; i += 3) {
      for (let j = i; j < rows; j += 3) {
        if (!wanted(tile++)) continue;
        for (let pair = 0; pair < 9; pair++) {
          const a = i + Math.floor(pair / 3);
          const b = j + (pair % 3);
          if (a <= b) add(a, b, width, sums, a * rows + b, term);
        }
      }
    }
  }

  return {
    memory,
    center(rows, width) {
      const floats = new Float32Array(memory.buffer);
      for (let row = rows - 1; row >= 0; row--) {
        for (let k = 0; k < width; k++) floats[row * line + k] -= floats[k];
      }
    },
    scale(rows, width, factor) {
      const floats = new Float32Array(memory.buffer);
      for (let row = 0; row < rows; row++) {
        for (let k = 0; k < width; k++) floats[row * line + k] *= factor;
      }
    },
    products(rows, width, sums) {
      addTiles(rows, width, sums, product, () => true);
    },
    differences(rows, width, sums, marks) {
      const bytes = new Uint8Array(memory.buffer, marks);
      addTiles(rows, width, sums, squaredDifference, (tile) => bytes[tile] !== 0);
    },
  };
}

type Term = (a: number, b: number) => number;

function product(a: number, b: number): number {
  return Math.fround(a * b);
}

function squaredDifference(a: number, b: number): number {
  const difference = Math.fround(a - b);
  return Math.fround(difference * difference);
}
