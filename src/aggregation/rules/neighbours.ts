/** Who is how far from whom among n rows. */
export interface Neighbours {
  /** n x n, row-major, in whatever measure the scores are to add up. */
  readonly distances: Float64Array;
  /** For each row the n - 1 others, nearest first, the lower index first among equals. */
  readonly order: readonly Uint32Array[];
}

/** Sorts everybody's neighbours: O(n^2 log n). */
export function neighboursOf(distances: Float64Array): Neighbours {
  const n = Math.sqrt(distances.length);
  const order = Array.from({ length: n }, (_, i) => {
    const others = Uint32Array.from({ length: n - 1 }, (_, j) => (j < i ? j : j + 1));
    return others.sort((a, b) => distances[i * n + a] - distances[i * n + b] || a - b);
  });
  return { distances, order };
}

/**
 * The sum of each row's distances to its `count` nearest others, or to all if they are fewer.
 *
 * @param removed rows that no longer take part, by a 1: they are nobody's neighbours, and their score is infinite
 */
export function neighbourScores(
  { distances, order }: Neighbours,
  count: number,
  removed = new Uint8Array(order.length),
): Float64Array {
  const n = order.length;
  return Float64Array.from(order, (others, i) => {
    if (removed[i]) return Number.POSITIVE_INFINITY;
    let sum = 0;
    let missing = count;
    for (const j of others) {
      if (missing === 0) break;
      if (removed[j]) continue;
      sum += distances[i * n + j];
      missing--;
    }
    return sum;
  });
}
