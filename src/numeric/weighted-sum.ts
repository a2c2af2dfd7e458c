/** Columns whose sums are held at once: in the nearest cache, with the rows streaming past. */
const BLOCK = 1024;

/**
 * sum_i weights[i] * rows[i]. Sums in doubles, in the order of the rows, rounded once at the end; rows of weight
 * zero are skipped. Memory beyond the result: one block of doubles.
 *
 * @param rows n >= 1 vectors of equal length d
 * @param weights n finite numbers
 * @returns length d
 */
export function weightedSum(rows: readonly Float32Array[], weights: ArrayLike<number>): Float32Array {
  const counted = rows.map((row, i) => ({ row, weight: weights[i] })).filter(({ weight }) => weight !== 0);
  const result = new Float32Array(rows[0].length);
  const sums = new Float64Array(BLOCK);
  for (let from = 0; from < result.length; from += BLOCK) {
    const width = Math.min(BLOCK, result.length - from);
    sums.fill(0);
    let i = 0;
    // Four rows at a time: the sums are loaded and stored a quarter as often. The order of the additions stays.
    for (; i + 4 <= counted.length; i += 4) addFour(sums, counted.slice(i, i + 4), from, width);
    for (; i < counted.length; i++) {
      const { row, weight } = counted[i];
      for (let j = 0; j < width; j++) sums[j] += weight * row[from + j];
    }
    result.set(sums.subarray(0, width), from);
  }
  return result;
}

interface Weighted {
  readonly row: Float32Array;
  readonly weight: number;
}

function addFour(sums: Float64Array, four: readonly Weighted[], from: number, width: number): void {
  const [{ row: a, weight: u }, { row: b, weight: v }, { row: c, weight: w }, { row: d, weight: x }] = four;
  for (let j = 0, k = from; j < width; j++, k++) {
    sums[j] = sums[j] + u * a[k] + v * b[k] + w * c[k] + x * d[k];
  }
}
