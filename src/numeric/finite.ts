/**
 * True when no entry is NaN or infinite; cost one addition per entry, nothing allocated.
 *
 * A sum of 32-bit floats in 64-bit arithmetic cannot overflow (2^53 entries of at most 2^128 stay below 2^181),
 * so it is finite exactly when every term is: NaN stays NaN, and infinities stay infinite or cancel to NaN.
 */
export function allFinite(vector: Float32Array): boolean {
  // Independent sums keep several additions in flight.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const blocks = vector.length - (vector.length % 4);
  for (let i = 0; i < blocks; i += 4) {
    a += vector[i];
    b += vector[i + 1];
    c += vector[i + 2];
    d += vector[i + 3];
  }
  for (let i = blocks; i < vector.length; i++) a += vector[i];
  return Number.isFinite(a + b + c + d);
}
