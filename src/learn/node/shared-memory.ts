/** Typed arrays in shared memory: structured cloning then passes the place, not the bytes. */
import type { Examples } from "../../data/examples.ts";

/** The array itself if it is shared already, else a copy that is. */
export function shared(array: Float32Array): Float32Array;
export function shared(array: Int32Array): Int32Array;
export function shared(array: Uint8Array): Uint8Array;
export function shared(array: Float32Array | Uint8Array): Float32Array | Uint8Array;
export function shared(
  array: Float32Array | Int32Array | Uint8Array,
): Float32Array | Int32Array | Uint8Array {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const buffer = new SharedArrayBuffer(array.byteLength);
  new Uint8Array(buffer).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  if (array instanceof Float32Array) return new Float32Array(buffer);
  if (array instanceof Int32Array) return new Int32Array(buffer);
  return new Uint8Array(buffer);
}

export function sharedExamples(examples: Examples): Examples {
  return { ...examples, features: shared(examples.features), labels: shared(examples.labels) };
}

/** The arrays as views of one shared buffer. */
export function sharedRows(arrays: readonly Int32Array[]): Int32Array[] {
  const total = arrays.reduce((sum, { length }) => sum + length, 0);
  const all = new Int32Array(new SharedArrayBuffer(total * Int32Array.BYTES_PER_ELEMENT));
  let offset = 0;
  return arrays.map((array) => {
    const view = all.subarray(offset, offset + array.length);
    view.set(array);
    offset += array.length;
    return view;
  });
}
