import { gramKernel } from "./kernels/gram-kernel.ts";
import { COLUMNS, fillPanel, reserve, STRIDE } from "./kernels/panel.ts";

/** Two rows i <= j. */
export type Pair = readonly [number, number];

/** The kernels work on three rows at a time. */
const TILE = 3;

/**
 * Sums over all columns for pairs of rows: of the products, or of the squared differences, of their entries. Products
 * and the sums of 1024 columns are 32-bit floats, what these are added to are doubles. What comes out for a pair has
 * the same bits on every machine, and does not depend on the other pairs.
 *
 * @param options.scale multiply all entries by this power of two first
 * @param options.center subtract row 0 from all rows, after that
 * @param options.pairs of which differences are wanted
 * @returns n x n, row-major; filled for the wanted pairs i <= j, whatever else is in it means nothing
 */
export function pairSums(
  rows: readonly Float32Array[],
  kind: "products" | "differences",
  options: { readonly center?: boolean; readonly scale?: number; readonly pairs?: readonly Pair[] } = {},
): Float64Array {
  const { center = false, scale = 1, pairs = [] } = options;
  const kernel = gramKernel();
  const { memory } = kernel;
  const n = rows.length;
  const tiles = Math.ceil(n / TILE);
  const padded = tiles * TILE;
  const sumsAt = padded * STRIDE;
  const marksAt = sumsAt + 8 * padded * padded;
  const marks = marksOf(pairs, tiles);
  reserve(memory, marksAt + marks.length);
  new Uint8Array(memory.buffer, 0, marksAt).fill(0, n * STRIDE);
  new Uint8Array(memory.buffer, marksAt).set(marks);
  for (let from = 0; from < rows[0].length; from += COLUMNS) {
    const width = fillPanel(memory, rows, from);
    const whole = width + (-width & 3);
    if (scale !== 1) kernel.scale(n, whole, scale);
    if (center) kernel.center(n, whole);
    if (kind === "products") kernel.products(padded, whole, sumsAt);
    else kernel.differences(padded, whole, sumsAt, marksAt);
  }
  const sums = new Float64Array(memory.buffer, sumsAt, padded * padded);
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) result.set(sums.subarray(i * padded, i * padded + n), i * n);
  return result;
}

/** One byte per tile on or right of the diagonal, line by line: 1 for those that hold a pair. */
function marksOf(pairs: readonly Pair[], tiles: number): Uint8Array {
  const marks = new Uint8Array((tiles * (tiles + 1)) / 2);
  for (const [i, j] of pairs) {
    const line = Math.floor(i / TILE);
    // Before this line there are `line` longer ones, of tiles, tiles - 1, ... tiles.
    const start = line * tiles - (line * (line - 1)) / 2;
    marks[start + Math.floor(j / TILE) - line] = 1;
  }
  return marks;
}
