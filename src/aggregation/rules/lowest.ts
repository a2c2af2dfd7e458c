/** The indices of the `count` lowest scores, lowest first; the lower index first among equals. */
export function lowest(scores: ArrayLike<number>, count: number): number[] {
  return Array.from({ length: scores.length }, (_, i) => i)
    .sort((a, b) => scores[a] - scores[b] || a - b)
    .slice(0, count);
}
