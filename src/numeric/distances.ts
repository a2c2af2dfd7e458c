import { type Pair, pairSums } from "./pair-sums.ts";

/**
 * Distances come from inner products of the rows less row 0. Where they are smaller than the rows' distances to row 0
 * by more than this factor, too many digits cancel, and the pair is computed anew from its differences.
 */
const CANCELLATION = 1 / 16;

/** Sums of 32-bit floats below this may have lost terms to underflow. */
const TINY = 2 ** -90;

/** Bring the squares of all that is too small, or large, for the above into the range of 32-bit floats. */
const ENLARGE = 2 ** 89;
const SHRINK = 2 ** -70;

/**
 * ||rows[i] - rows[j]||^2 for all pairs, within 1e-5 of its value; 0 for rows that are equal. (What is below
 * 2^-90 may come out as 0 too, unless both rows are as close to row 0.)
 *
 * @param rows n >= 1 vectors of equal length, all entries finite
 * @returns n x n, row-major, symmetric, zero on the diagonal
 */
export function squaredDistances(rows: readonly Float32Array[]): Float64Array {
  const n = rows.length;
  const products = pairSums(rows, "products", { center: true });
  const norms = rows.map((_, i) => products[i * n + i]);
  const distances = new Float64Array(n * n);
  const set = ([i, j]: Pair, value: number) => {
    distances[i * n + j] = value;
    distances[j * n + i] = value;
  };
  const recompute = (pairs: readonly Pair[], scale: number) => {
    if (pairs.length === 0) return;
    const sums = pairSums(rows, "differences", { pairs, scale });
    for (const pair of pairs) {
      const sum = sums[pair[0] * n + pair[1]];
      // Large entries that cancel may be too large after scaling: then the difference was not too small before.
      if (!Number.isNaN(sum)) set(pair, sum / scale ** 2);
    }
  };

  const cancelled: Pair[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const sum = norms[i] + norms[j];
      const distance = sum - 2 * products[i * n + j];
      set([i, j], distance);
      // Written so that it also holds for what is not a number because the products overflowed.
      if (!(distance >= CANCELLATION * sum && distance >= TINY && sum < Number.POSITIVE_INFINITY)) {
        cancelled.push([i, j]);
      }
    }
  }
  recompute(cancelled, 1);
  const overflowed = cancelled.filter(([i, j]) => distances[i * n + j] === Number.POSITIVE_INFINITY);
  const vanished = cancelled.filter(([i, j]) => distances[i * n + j] < TINY && norms[i] + norms[j] < TINY);
  recompute(overflowed, SHRINK);
  recompute(vanished, ENLARGE);
  return distances;
}

/**
 * <rows[i], rows[j]> for all pairs, within 1e-6 times the product of the two norms.
 *
 * @param rows n >= 1 vectors of equal length, all entries finite
 * @returns n x n, row-major, symmetric
 */
export function gram(rows: readonly Float32Array[]): Float64Array {
  const n = rows.length;
  const products = pairSums(rows, "products");
  const small = rows.map((row, i) => products[i * n + i] < TINY && row.some((value) => value !== 0));
  const replace = (wanted: (i: number, j: number) => boolean, scale: number) => {
    const sums = pairSums(rows, "products", { scale });
    for (let i = 0; i < n; i++) {
      for (let j = i; j < n; j++) {
        const at = i * n + j;
        // A small row times a large one may be too large after scaling: then it was not too small before.
        if (wanted(i, j) && Number.isFinite(sums[at])) products[at] = sums[at] / scale ** 2;
      }
    }
  };
  const overflowed = (i: number, j: number) => !Number.isFinite(products[i * n + j]);
  if (rows.some((_, i) => overflowed(i, i))) replace(overflowed, SHRINK);
  if (small.includes(true)) replace((i, j) => small[i] || small[j], ENLARGE);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) products[i * n + j] = products[j * n + i];
  }
  return products;
}

/** ||rows[i]||^2, length n. */
export function squaredNorms(rows: readonly Float32Array[]): Float64Array {
  return Float64Array.from(rows, (row) => {
    // Independent sums keep several additions in flight.
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    const blocks = row.length - (row.length % 4);
    for (let k = 0; k < blocks; k += 4) {
      a += row[k] * row[k];
      b += row[k + 1] * row[k + 1];
      c += row[k + 2] * row[k + 2];
      d += row[k + 3] * row[k + 3];
    }
    for (let k = blocks; k < row.length; k++) a += row[k] * row[k];
    return a + b + c + d;
  });
}

/** ||rows[i] - center||^2, length n; the center is as long as the rows. */
export function squaredDistancesTo(rows: readonly Float32Array[], center: Float32Array): Float64Array {
  return Float64Array.from(rows, (row) => {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    const blocks = row.length - (row.length % 4);
    for (let k = 0; k < blocks; k += 4) {
      a += (row[k] - center[k]) ** 2;
      b += (row[k + 1] - center[k + 1]) ** 2;
      c += (row[k + 2] - center[k + 2]) ** 2;
      d += (row[k + 3] - center[k + 3]) ** 2;
    }
    for (let k = blocks; k < row.length; k++) a += (row[k] - center[k]) ** 2;
    return a + b + c + d;
  });
}
