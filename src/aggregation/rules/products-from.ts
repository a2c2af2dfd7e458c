import { pairSums } from "../../numeric/pair-sums.ts";

/** Brings squares of anything finite into the range of 32-bit floats. */
const SHRINK = 2 ** -70;

/**
 * <x_i - s, x_j - s> for all pairs of rows: n x n, row-major, symmetric. Seen from a start among them, rows that are
 * far from zero and near each other keep their digits.
 */
export function productsFrom(start: Float32Array, rows: readonly Float32Array[]): Float64Array {
  const n = rows.length;
  const all = [start, ...rows];
  const sums = pairSums(all, "products", { center: true });
  const at = (i: number, j: number) => (Math.min(i, j) + 1) * (n + 1) + Math.max(i, j) + 1;
  const cells = Array.from({ length: n * n }, (_, cell) => at(Math.floor(cell / n), cell % n));
  const products = Float64Array.from(cells, (cell) => sums[cell]);
  if (products.every(Number.isFinite)) return products;
  const shrunk = pairSums(all, "products", { center: true, scale: SHRINK });
  return products.map((product, k) => (Number.isFinite(product) ? product : shrunk[cells[k]] / SHRINK ** 2));
}
