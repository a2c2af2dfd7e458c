/** Two clusters of values on a line. */
export interface Split {
  /** Values up to this one are the lower cluster. */
  readonly last: number;
  readonly lowerCount: number;
  /** Distance of the two centres. */
  readonly gap: number;
}

/**
 * Exact 2-means in one dimension: of the n - 1 ways to cut n sorted values, the one with the least sum of squares
 * within the clusters, which is the most between their means; the first among equals. O(n).
 *
 * @param count n >= 2
 * @param value the value of rank k, ascending
 * @returns nothing where all values are equal
 */
export function splitInTwo(count: number, value: (rank: number) => number): Split | undefined {
  // Seen from the middle, so that a far outlier alone is what rounding can blur.
  const origin = value(count >> 1);
  let total = 0;
  for (let k = 0; k < count; k++) total += value(k) - origin;
  let lower = 0;
  let most = 0;
  let best: Split | undefined;
  for (let k = 1; k < count; k++) {
    lower += value(k - 1) - origin;
    const gap = (total - lower) / (count - k) - lower / k;
    const between = gap ** 2 * k * (count - k);
    if (between <= most) continue;
    most = between;
    best = { last: value(k - 1), lowerCount: k, gap };
  }
  return best;
}
