/** A little less than 1, for what rounding to 32 bits and a sum over millions of squares may add to a norm. */
const MARGIN = 1 - 2 ** -22;

/**
 * The update, scaled down where its L2 norm is above `norm`. Of what comes out the exact norm is at most `norm`. Entries
 * that are not finite leave some that are not.
 */
export function clipToNorm(update: Float32Array, norm: number): Float32Array {
  let squares = 0;
  for (let i = 0; i < update.length; i++) squares += update[i] * update[i];
  const length = Math.sqrt(squares);
  const most = norm * MARGIN;
  if (length <= most) return update;
  const factor = most / length;
  return update.map((value) => value * factor);
}
