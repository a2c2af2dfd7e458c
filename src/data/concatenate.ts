import { allocate } from "./allocate.ts";
import type { Examples } from "./examples.ts";

/** All examples of the first set, then of the second, and so on; sets of the same shape, classes, scale and kind of number. */
export function concatenate(sets: readonly Examples[]): Examples {
  const [first] = sets;
  if (sets.length === 1) return first;
  const entries = sets.reduce((sum, { features }) => sum + features.length, 0);
  const features =
    first.features instanceof Uint8Array
      ? new Uint8Array(allocate(entries))
      : new Float32Array(allocate(4 * entries));
  const labels = new Int32Array(allocate(4 * sets.reduce((sum, set) => sum + set.labels.length, 0)));
  let entry = 0;
  let row = 0;
  for (const set of sets) {
    features.set(set.features, entry);
    labels.set(set.labels, row);
    entry += set.features.length;
    row += set.labels.length;
  }
  return { ...first, features, labels };
}
