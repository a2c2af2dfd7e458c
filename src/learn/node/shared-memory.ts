/** Typed arrays in shared memory: structured cloning then passes the place, not the bytes. */
import type { Examples } from "../../data/examples.ts";

type Shareable = Float32Array | Int32Array | Uint8Array;

/** The array itself if it is shared already, else a copy that is. */
export function shared<T extends Shareable>(array: T): T {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const Type = array.constructor as new (buffer: SharedArrayBuffer) => T;
  const copy = new Type(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
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
