/** The Mersenne prime 2^31 - 1. */
export const P31 = 2 ** 31 - 1;

/** x mod 2^31 - 1, for integers 0 <= x < 2^53. */
export function reduce31(x: number): number {
  const high = Math.floor(x / 2 ** 31);
  // 2^31 is 1 in this field: what lies above its 31 lower bits is added to them.
  const folded = x - high * P31;
  return folded >= P31 ? folded - P31 : folded;
}
