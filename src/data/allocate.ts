/**
 * Bytes that worker threads can read in place. Browsers offer shared memory to cross-origin isolated pages
 * only; elsewhere the bytes are ordinary and are copied when they are posted.
 */
export function allocate(bytes: number): ArrayBufferLike {
  return typeof SharedArrayBuffer === "undefined" ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
}

/** Labels in such memory. */
export function shareLabels(labels: ArrayLike<number>): Int32Array {
  const shared = new Int32Array(allocate(4 * labels.length));
  shared.set(labels);
  return shared;
}
