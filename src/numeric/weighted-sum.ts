/** Columns whose sums are held at once: in the nearest cache, with the rows streaming past. */
const BLOCK = 2048;

/**
 * sum_i weights[i] * rows[i]. Sums in doubles, in the order of the rows, rounded once at the end; rows of weight
 * zero are skipped. Memory beyond the result: one block of 2048 doubles.
 *
 * @param rows n >= 1 vectors of equal length d
 * @param weights n finite numbers
 * @returns length d
 */
export function weightedSum(rows: readonly Float32Array[], weights: ArrayLike<number>): Float32Array {
  const dimension = rows[0].length;
  const result = new Float32Array(dimension);
  const sums = new Float64Array(Math.min(BLOCK, dimension));
  for (let from = 0; from < dimension; from += BLOCK) {
    const width = Math.min(BLOCK, dimension - from);
    sums.fill(0);
    for (let i = 0; i < rows.length; i++) {
      const weight = weights[i];
      if (weight === 0) continue;
      const row = rows[i];
      for (let j = 0; j < width; j++) sums[j] += weight * row[from + j];
    }
    for (let j = 0; j < width; j++) result[from + j] = sums[j];
  }
  return result;
}
