/**
 * Bytes that worker threads can read in place. Browsers offer shared memory to cross-origin isolated pages
 * only; elsewhere the bytes are ordinary and are copied when they are posted.
 */
export function allocate(bytes: number): ArrayBufferLike {
  return typeof SharedArrayBuffer === "undefined" ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
}
