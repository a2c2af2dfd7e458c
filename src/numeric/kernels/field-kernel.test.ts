/** The compiled kernel and its stand-in in plain JavaScript, and big integers, give the same. */
import { describe, expect, it } from "vitest";
import { P31 } from "../field31-reduce.ts";
import { SecureRandom } from "../secure-random.ts";
import { field } from "./compiled.ts";
import { type FieldKernel, plainFieldKernel } from "./field-kernel.ts";
import { loadKernel } from "./load.ts";
import { reserve, STRIDE } from "./panel.ts";

const WIDTH = 24;

function run(kernel: FieldKernel, rows: readonly Uint32Array[], coefficients: Uint32Array): Uint32Array[] {
  const outputs = coefficients.length / rows.length;
  const coefficientsAt = (rows.length + outputs) * STRIDE;
  reserve(kernel.memory, coefficientsAt + 4 * coefficients.length);
  for (const [i, row] of rows.entries()) new Uint32Array(kernel.memory.buffer, i * STRIDE).set(row);
  new Uint32Array(kernel.memory.buffer, coefficientsAt).set(coefficients);
  kernel.multiply(rows.length, outputs, WIDTH, coefficientsAt);
  return Array.from({ length: outputs }, (_, j) =>
    new Uint32Array(kernel.memory.buffer, (rows.length + j) * STRIDE, WIDTH).slice(),
  );
}

const random = SecureRandom.fromSeed(new Uint8Array(32));
const kernels = [loadKernel<FieldKernel>(field)!, plainFieldKernel()];

describe.each([4, 8, 60, 64, 124, 200])("%d rows", (inputs) => {
  it("of random elements", () => {
    const rows = Array.from({ length: inputs }, () => random.field31(WIDTH));
    const coefficients = random.field31(6 * inputs);
    const [compiled, plain] = kernels.map((kernel) => run(kernel, rows, coefficients));
    expect(compiled).toEqual(plain);
    const exact = rows.reduce(
      (sum, row, i) => sum + BigInt(row[WIDTH - 1]) * BigInt(coefficients[5 * inputs + i]),
      0n,
    );
    expect(plain[5][WIDTH - 1]).toBe(Number(exact % BigInt(P31)));
  });

  it("of the largest elements", () => {
    const rows = Array.from({ length: inputs }, () => new Uint32Array(WIDTH).fill(P31 - 1));
    const coefficients = new Uint32Array(2 * inputs).fill(P31 - 1);
    // (-1) (-1), so many times.
    const expected = [new Uint32Array(WIDTH).fill(inputs), new Uint32Array(WIDTH).fill(inputs)];
    for (const kernel of kernels) expect(run(kernel, rows, coefficients)).toEqual(expected);
  });

  it("whose sum is a multiple of p", () => {
    const rows = Array.from({ length: inputs }, () => new Uint32Array(WIDTH).fill(P31 - 1));
    const coefficients = Uint32Array.from({ length: 2 * inputs }, (_, i) => (i % 2 === 0 ? 1 : P31 - 1));
    for (const kernel of kernels) {
      expect(run(kernel, rows, coefficients)).toEqual([new Uint32Array(WIDTH), new Uint32Array(WIDTH)]);
    }
  });
});
