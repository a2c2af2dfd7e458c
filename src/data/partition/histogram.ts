import type { Labelled } from "./partition.ts";

/** Examples per client (row) and class (column). */
export function histogram(examples: Labelled, shards: readonly Int32Array[]): number[][] {
  return shards.map((rows) => {
    const counts = new Array<number>(examples.classes).fill(0);
    for (const row of rows) counts[examples.labels[row]]++;
    return counts;
  });
}
