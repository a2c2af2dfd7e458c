import { evenlySpaced, limits } from "./limits.ts";

/** Who holds how much of what, folded to what a picture can show. */
export interface PartitionView {
  readonly classNames: readonly string[];
  /** `row` is the client's number, from 0, as in its name `client-0`. */
  readonly rows: readonly { readonly row: number; readonly counts: readonly number[] }[];
  /** Of all clients, shown or not. */
  readonly clients: number;
  readonly examples: { readonly least: number; readonly median: number; readonly most: number };
  /** Classes that a client holds, median over the clients. */
  readonly classesPerClient: number;
  /** Classes added up in the last column; 0 when every class has its own. */
  readonly foldedClasses: number;
}

/** @param histogram row per client, column per class: examples held */
export function viewPartition(
  classNames: readonly string[],
  histogram: readonly (readonly number[])[],
): PartitionView | null {
  const width = Math.max(classNames.length, ...histogram.slice(0, 1).map((row) => row.length));
  if (histogram.length === 0 || width === 0) return null;
  const names = Array.from({ length: width }, (_, i) => classNames[i] ?? String(i));
  const folded = width > limits.partitionClasses ? width - limits.partitionClasses + 1 : 0;
  const own = width - folded;
  const fold = (row: readonly number[]) =>
    folded === 0 ? [...row] : [...row.slice(0, own), sum(row.slice(own))];
  return {
    classNames: folded === 0 ? names : [...names.slice(0, own), `${folded} more`],
    rows: evenlySpaced(histogram.length, limits.partitionClients).map((i) => ({
      row: i,
      counts: fold(histogram[i]),
    })),
    clients: histogram.length,
    examples: spread(histogram.map(sum)),
    classesPerClient: spread(histogram.map((row) => row.filter((n) => n > 0).length)).median,
    foldedClasses: folded,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Least, median and most of at least one value. */
export function spread(values: readonly number[]): PartitionView["examples"] {
  const sorted = values.toSorted((a, b) => a - b);
  const last = sorted.length - 1;
  const median = (sorted[Math.floor(last / 2)] + sorted[Math.ceil(last / 2)]) / 2;
  return { least: sorted[0], median, most: sorted[last] };
}
