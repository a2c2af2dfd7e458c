/**
 * Arithmetic in the field of 2^31 - 1 elements, which codes and masks of secure aggregation work in. An element is an
 * integer in [0, 2^31 - 1), a vector of them a `Uint32Array`. Nothing here is checked unless it says so.
 */
import { RunError } from "../errors.ts";
import { P31, reduce31 } from "./field31-reduce.ts";
import { fieldKernel } from "./kernels/field-kernel.ts";
import { COLUMNS, fillPanel, reserve, STRIDE } from "./kernels/panel.ts";

export { P31 };

/** target[i] += source[i]; `source` has at least the length of `target`. */
export function addInto(target: Uint32Array, source: Uint32Array): void {
  for (let i = 0; i < target.length; i++) target[i] = aboveZero((target[i] - P31 + source[i]) | 0);
}

/** target[i] -= source[i]; `source` has at least the length of `target`. */
export function subtractFrom(target: Uint32Array, source: Uint32Array): void {
  for (let i = 0; i < target.length; i++) target[i] = aboveZero((target[i] - source[i]) | 0);
}

/** a, or p + a where a is negative; without a branch, which could not be predicted. */
function aboveZero(a: number): number {
  return a + (P31 & (a >> 31));
}

export function multiply(a: number, b: number): number {
  // The whole product does not fit a double, that of 31 and 16 bits does.
  const high = reduce31(a * (b >>> 16));
  return reduce31(high * 2 ** 16 + a * (b & 0xffff));
}

/** 1 / a. Zero has no inverse; what comes out for it is 0. */
export function inverse(a: number): number {
  // By Fermat, a^(p - 2); the bits of p - 2 are 1 but for the second.
  let power = 1;
  for (let bit = 30; bit >= 0; bit--) {
    power = multiply(power, power);
    if (bit !== 1) power = multiply(power, a);
  }
  return power;
}

/** Whether all entries are elements of the field. */
export function isField(vector: Uint32Array): boolean {
  for (let i = 0; i < vector.length; i++) if (vector[i] >= P31) return false;
  return true;
}

/** A whole number of these rows makes the kernel's work. */
const INPUTS = 4;
const OUTPUTS = 2;

/**
 * A small matrix times a tall stack of long rows: outputs[j] = sum over i of coefficients[j][i] inputs[i].
 *
 * @param coefficients outputs x inputs, row-major
 * @param inputs at least one
 * @returns rows of the length of the inputs
 * @throws RunError `secure.length` when the inputs' lengths differ: memory is used again, rows must overwrite it
 */
export function multiplyMatrix(coefficients: Uint32Array, inputs: readonly Uint32Array[]): Uint32Array[] {
  const columns = inputs[0].length;
  if (inputs.some(({ length }) => length !== columns)) {
    throw new RunError("secure.length", "Vectors that a code or a mask combines differ in length.");
  }
  const count = coefficients.length / inputs.length;
  const outputs = Array.from({ length: count }, () => new Uint32Array(columns));
  const kernel = fieldKernel();
  const { memory } = kernel;
  const paddedInputs = Math.ceil(inputs.length / INPUTS) * INPUTS;
  const paddedOutputs = Math.ceil(count / OUTPUTS) * OUTPUTS;
  const outputsAt = paddedInputs * STRIDE;
  const coefficientsAt = outputsAt + paddedOutputs * STRIDE;
  reserve(memory, coefficientsAt + 4 * paddedOutputs * paddedInputs);
  // Whatever stands in the rows that pad the inputs is multiplied by zero.
  const padded = new Uint32Array(memory.buffer, coefficientsAt, paddedOutputs * paddedInputs).fill(0);
  for (let j = 0; j < count; j++) {
    padded.set(coefficients.subarray(j * inputs.length, (j + 1) * inputs.length), j * paddedInputs);
  }
  // Copied as they are, as bits: nothing is converted between views of one kind.
  const bits = inputs.map(({ buffer, byteOffset, length }) => new Float32Array(buffer, byteOffset, length));
  for (let from = 0; from < columns; from += COLUMNS) {
    const width = fillPanel(memory, bits, from);
    kernel.multiply(paddedInputs, paddedOutputs, width, coefficientsAt);
    for (let j = 0; j < count; j++) {
      outputs[j].set(new Uint32Array(memory.buffer, outputsAt + j * STRIDE, width), from);
    }
  }
  return outputs;
}
