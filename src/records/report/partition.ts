import { formatNumber } from "./format.ts";
import { evenlySpaced, limits } from "./limits.ts";

/** Who holds how much of what, folded to what a picture can show. */
export interface PartitionView {
  /** What examples are told apart by. */
  readonly kind: "class" | "relation";
  /** Of the columns. */
  readonly names: readonly string[];
  /** `row` is the client's number, from 0, as in its name `client-0`. */
  readonly rows: readonly { readonly row: number; readonly counts: readonly number[] }[];
  /** Of all clients, shown or not. */
  readonly clients: number;
  readonly examples: { readonly least: number; readonly median: number; readonly most: number };
  /** Classes or relations that a client holds, median over the clients. */
  readonly kindsPerClient: number;
  /** Classes or relations added up in the last column; 0 when each has its own. */
  readonly folded: number;
}

/** @param started histogram: row per client, column per class or relation: examples held */
export function viewPartition({
  classNames,
  relationNames,
  histogram,
}: {
  readonly classNames: readonly string[];
  readonly relationNames?: readonly string[];
  readonly histogram: readonly (readonly number[])[];
}): PartitionView | null {
  const given = relationNames ?? classNames;
  const width = Math.max(given.length, ...histogram.slice(0, 1).map((row) => row.length));
  if (histogram.length === 0 || width === 0) return null;
  const names = Array.from({ length: width }, (_, i) => given[i] ?? String(i));
  const folded = width > limits.partitionKinds ? width - limits.partitionKinds + 1 : 0;
  const own = width - folded;
  const fold = (row: readonly number[]) =>
    folded === 0 ? [...row] : [...row.slice(0, own), sum(row.slice(own))];
  return {
    kind: relationNames ? "relation" : "class",
    names: folded === 0 ? names : [...names.slice(0, own), `${folded} more`],
    rows: evenlySpaced(histogram.length, limits.partitionClients).map((i) => ({
      row: i,
      counts: fold(histogram[i]),
    })),
    clients: histogram.length,
    examples: spread(histogram.map(sum)),
    kindsPerClient: spread(histogram.map((row) => row.filter((n) => n > 0).length)).median,
    folded,
  };
}

/** What the picture shows, and what it leaves out. */
export function partitionNote(view: PartitionView): string {
  const { rows, clients, examples, kindsPerClient, folded } = view;
  const [least, most, median] = [examples.least, examples.most, examples.median].map(formatNumber);
  const kinds = view.kind === "class" ? "classes" : "relations";
  const cut =
    rows.length < clients
      ? ` Shown are ${rows.length} of the ${formatNumber(clients)} clients, evenly spaced.`
      : "";
  const rest = folded > 0 ? ` The last column adds up ${folded} ${kinds}.` : "";
  return `A client holds ${least} to ${most} examples (median ${median}) of ${formatNumber(kindsPerClient)} ${kinds} (median).${cut}${rest}`;
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
