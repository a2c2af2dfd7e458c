import { reduce31 } from "../field31-reduce.ts";
import { field } from "./compiled.ts";
import { loadKernel } from "./load.ts";
import { type Memory, plainMemory, STRIDE } from "./panel.ts";

/** Works on the panel at the start of its memory: rows of elements of the field of 2^31 - 1. */
export interface FieldKernel {
  readonly memory: Memory;
  /**
   * Behind the rows of the input it writes rows of the output: row j the sum of coefficients[j * inputs + i] times row
   * i. `inputs` is a multiple of 4, `outputs` one of 2; `coefficients` is an address. Columns behind `width`, up to a
   * multiple of 8, mean nothing afterwards.
   */
  multiply(inputs: number, outputs: number, width: number, coefficients: number): void;
}

let loaded: FieldKernel | undefined;

/** Compiled on first use; all callers share it, and its memory. */
export function fieldKernel(): FieldKernel {
  loaded ??= loadKernel<FieldKernel>(field) ?? plainFieldKernel();
  return loaded;
}

/** So many products of 31 and 16 bits add up to a double without rounding, with what is left of those before. */
const EXACT = 62;

/** The same bits in plain JavaScript, many times slower: for engines without SIMD, and to test against. */
export function plainFieldKernel(): FieldKernel {
  const memory = plainMemory();
  return {
    memory,
    multiply(inputs, outputs, width, coefficients) {
      const matrix = new Uint32Array(memory.buffer, coefficients, outputs * inputs);
      const low = new Float64Array(width);
      const high = new Float64Array(width);
      for (let j = 0; j < outputs; j++) {
        low.fill(0);
        high.fill(0);
        for (let i = 0; i < inputs; i++) {
          const row = new Uint32Array(memory.buffer, i * STRIDE, width);
          const coefficient = matrix[j * inputs + i];
          const upper = coefficient >>> 16;
          const lower = coefficient & 0xffff;
          for (let k = 0; k < width; k++) {
            low[k] += row[k] * lower;
            high[k] += row[k] * upper;
          }
          if (i % EXACT === EXACT - 1) {
            for (let k = 0; k < width; k++) {
              low[k] = reduce31(low[k]);
              high[k] = reduce31(high[k]);
            }
          }
        }
        const out = new Uint32Array(memory.buffer, (inputs + j) * STRIDE, width);
        for (let k = 0; k < width; k++) out[k] = reduce31(reduce31(high[k]) * 2 ** 16 + reduce31(low[k]));
      }
    },
  };
}
