/** The matrix kernel of codes in the field of 2^31 - 1, compiled and plain: multiply-adds per second on one thread. */
import { multiplyMatrix } from "../../src/numeric/field31.ts";
import { plainFieldKernel } from "../../src/numeric/kernels/field-kernel.ts";
import { COLUMNS, reserve, STRIDE } from "../../src/numeric/kernels/panel.ts";
import { SecureRandom } from "../../src/numeric/secure-random.ts";
import { takeTurns } from "../harness.ts";

const INPUTS = 16;
const OUTPUTS = 24;

export interface KernelRates {
  /** G multiply-adds per second, copying in and out included. */
  readonly ours: number;
  /** Of the plain kernel on data that lies where it wants it. */
  readonly plain: number;
  /** Ours by the plain one's. */
  readonly ratio: number;
}

/** @param columns of each of the 16 rows that become 24 */
export async function kernelRates(columns: number, turns: number): Promise<KernelRates> {
  const random = SecureRandom.platform();
  const coefficients = random.field31(OUTPUTS * INPUTS);
  const rows = Array.from({ length: INPUTS }, () => random.field31(columns));
  const plain = plainFieldKernel();
  const coefficientsAt = (INPUTS + OUTPUTS) * STRIDE;
  reserve(plain.memory, coefficientsAt + coefficients.byteLength);
  new Uint32Array(plain.memory.buffer, coefficientsAt).set(coefficients);
  for (const [i, row] of rows.entries()) {
    new Uint32Array(plain.memory.buffer, i * STRIDE, COLUMNS).set(row.subarray(0, COLUMNS));
  }
  const contestants = [
    async () => rate(columns, () => multiplyMatrix(coefficients, rows)),
    async () => rate(COLUMNS, () => plain.multiply(INPUTS, OUTPUTS, COLUMNS, coefficientsAt)),
  ];
  // The first time compiles.
  await takeTurns(2, contestants);
  const { medians, quotients } = await takeTurns(turns, contestants);
  return { ours: medians[0], plain: medians[1], ratio: 1 / quotients[1] };
}

/** Over as many calls as take long enough to be timed. */
function rate(columns: number, work: () => unknown): number {
  const calls = Math.ceil(2 ** 18 / columns);
  const started = performance.now();
  for (let i = 0; i < calls; i++) work();
  return (calls * INPUTS * OUTPUTS * columns) / 1e6 / (performance.now() - started);
}
