import { COLUMNS, fillPanel, reserve, STRIDE } from "./kernels/panel.ts";
import { ABOVE_ALL, encodeNetwork, rowsTouched, type SortKernel, sortKernel } from "./kernels/sort-kernel.ts";
import { type Step, selectionNetwork, sortingNetwork } from "./sorting-network.ts";

/** Columns sorted at a time: few, so that their values stay in a near cache. Divides COLUMNS. */
const STRIP = 256;

/**
 * Sorts every column over the rows and hands the result out by blocks of columns, from the left.
 *
 * @param rows n >= 1 vectors of equal length d, no entry NaN; -0 sorts before 0
 * @param visit gets n x width values, row-major: rank k (ascending) of column `from + j` is `sorted[k * width + j]`.
 * They are valid only during the call, and `visit` must not call anything that sorts.
 */
export function forEachSortedBlock(
  rows: readonly Float32Array[],
  visit: (sorted: Float32Array, from: number, width: number) => void,
): void {
  const n = rows.length;
  const network = sortingNetwork(n);
  const block = new Float32Array(n * Math.min(COLUMNS, rows[0].length));
  sortStrips(
    rows,
    network,
    (kernel, strip) => kernel.restore(strip, n, STRIP),
    (memory, from, width) => {
      const panel = new Float32Array(memory);
      for (let k = 0; k < n; k++) {
        block.set(panel.subarray((k * STRIDE) / 4, (k * STRIDE) / 4 + width), k * width);
      }
      visit(block.subarray(0, n * width), from, width);
    },
  );
}

/**
 * Per column the mean of the values of ranks from <= k < to (0 is the lowest); summed in doubles. Trimmed means are
 * this, and so is the median: its one or two middle ranks.
 *
 * @param rows n >= 1 vectors of equal length d, no entry NaN
 * @returns length d
 */
export function rankMean(rows: readonly Float32Array[], from: number, to: number): Float32Array {
  const network = selectionNetwork(rows.length, from, to);
  return stripMeans(rows, network, (kernel, strip, out) =>
    kernel.meanOfRows(strip + from * STRIDE, to - from, STRIP, out),
  );
}

/**
 * Per column the mean of the `count` values closest to the column's median (the midpoint for an even number of
 * rows); of two values equally far the lower one counts. Summed in doubles.
 *
 * @param rows n >= 1 vectors of equal length d, no entry NaN
 * @param count from 1 to n
 * @returns length d
 */
export function nearestMean(rows: readonly Float32Array[], count: number, _center: "median"): Float32Array {
  const n = rows.length;
  return stripMeans(rows, sortingNetwork(n), (kernel, strip, out) => {
    kernel.restore(strip, n, STRIP);
    kernel.meanNearMedian(strip, n, count, STRIP, out);
  });
}

/** One value per column, which `mean` writes to `out` for each sorted strip. */
function stripMeans(
  rows: readonly Float32Array[],
  network: readonly Step[],
  mean: (kernel: SortKernel, strip: number, out: number) => void,
): Float32Array {
  const result = new Float32Array(rows[0].length);
  sortStrips(rows, network, mean, (memory, from, width, out) => {
    result.set(new Float32Array(memory, out, width), from);
  });
  return result;
}

/**
 * Takes the rows through the kernel's memory, panel by panel: runs the network on each strip (as ordered integers),
 * calls `finishStrip` while the strip is still near, and `finishPanel` after the panel's last strip.
 * `out` has room for a number per column.
 */
function sortStrips(
  rows: readonly Float32Array[],
  network: readonly Step[],
  finishStrip: (kernel: SortKernel, strip: number, out: number) => void,
  finishPanel: (memory: ArrayBuffer, from: number, width: number, out: number) => void,
): void {
  const kernel = sortKernel();
  const { memory } = kernel;
  const codes = encodeNetwork(network);
  const out = rowsTouched(rows.length) * STRIDE;
  const start = out + 4 * COLUMNS;
  const end = start + 4 * codes.length;
  reserve(memory, end);
  new Int32Array(memory.buffer, 0, out / 4).fill(ABOVE_ALL, (rows.length * STRIDE) / 4);
  new Uint32Array(memory.buffer, start, codes.length).set(codes);
  for (let from = 0; from < rows[0].length; from += COLUMNS) {
    const width = fillPanel(memory, rows, from);
    for (let column = 0; column < width; column += STRIP) {
      const strip = 4 * column;
      kernel.runNetwork(strip, STRIP, start, end);
      finishStrip(kernel, strip, out + strip);
    }
    finishPanel(memory.buffer, from, width, out);
  }
}
