/** The set of some numbers below `size`, one bit each, lowest first. */
export function toBitmap(numbers: Iterable<number>, size: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(size / 8));
  for (const n of numbers) bytes[n >> 3] |= 1 << (n & 7);
  return bytes;
}

/** Undoes {@link toBitmap}; undefined when it cannot have made these bytes. */
export function fromBitmap(bytes: unknown, size: number): number[] | undefined {
  if (!(bytes instanceof Uint8Array) || bytes.length !== Math.ceil(size / 8)) return undefined;
  const numbers: number[] = [];
  for (let n = 0; n < 8 * bytes.length; n++) {
    if ((bytes[n >> 3] & (1 << (n & 7))) === 0) continue;
    if (n >= size) return undefined;
    numbers.push(n);
  }
  return numbers;
}
