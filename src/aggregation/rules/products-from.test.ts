import { expect, it } from "vitest";
import { expectClose, normalRows } from "../testing/rows.ts";
import { productsFrom } from "./products-from.ts";

/** The products of differences in doubles. */
function expected(start: Float32Array, rows: readonly Float32Array[]): number[] {
  const seen = rows.map((row) => Array.from(row, (x, j) => x - start[j]));
  return seen.flatMap((a) => seen.map((b) => a.reduce((sum, x, j) => sum + x * b[j], 0)));
}

it("keeps the digits of rows that are far from zero and near each other", () => {
  const rows = normalRows(1, 6, 50).map((row) => row.map((x) => 1000 + x));
  const start = new Float32Array(50).fill(1000);
  expectClose(productsFrom(start, rows), expected(start, rows), 1e-5);
});

it("bears rows whose squares are too large for 32 bits", () => {
  const rows = [...normalRows(2, 4, 50), new Float32Array(50).fill(1e30)];
  const start = normalRows(3, 1, 50)[0];
  const products = productsFrom(start, rows);
  const sizes = rows.map((row) => Math.hypot(...row));
  expected(start, rows).forEach((product, cell) => {
    const size = sizes[Math.floor(cell / 5)] * sizes[cell % 5];
    expect(Math.abs(products[cell] - product) / size).toBeLessThan(1e-6);
  });
});
