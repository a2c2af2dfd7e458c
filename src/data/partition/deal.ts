/**
 * A deal says for each training row which client gets it: one 32-bit integer a row, whatever the number of
 * clients. Partitions write deals; {@link gather} turns them into the clients' row lists.
 */
import type { SimulationRandom } from "../../numeric/random.ts";
import { allocate } from "../allocate.ts";

/** Rows held by each client. */
export function countRows(deal: Int32Array, clients: number): Int32Array {
  const counts = new Int32Array(clients);
  for (let row = 0; row < deal.length; row++) counts[deal[row]]++;
  return counts;
}

/**
 * The clients' rows, ascending, as views of one (shared) array.
 * Cost: two passes over the rows.
 */
export function gather(deal: Int32Array, clients: number): Int32Array[] {
  const counts = countRows(deal, clients);
  const rows = new Int32Array(allocate(4 * deal.length));
  const next = new Int32Array(clients);
  const shards: Int32Array[] = [];
  let start = 0;
  for (let client = 0; client < clients; client++) {
    next[client] = start;
    shards.push(rows.subarray(start, start + counts[client]));
    start += counts[client];
  }
  for (let row = 0; row < deal.length; row++) rows[next[deal[row]]++] = row;
  return shards;
}

/** Deals `rows`, in their order, in the given proportions (which add up to 1): cuts at the rounded-down cumulative sums. */
export function dealInProportion(rows: Int32Array, proportions: Float64Array, deal: Int32Array): void {
  let sum = 0;
  let start = 0;
  for (let client = 0; client < proportions.length; client++) {
    sum += proportions[client];
    // The last client takes the rest, so that rounding of the sum loses no row.
    const end =
      client === proportions.length - 1 ? rows.length : Math.min(rows.length, Math.floor(sum * rows.length));
    for (let i = start; i < end; i++) deal[rows[i]] = client;
    start = Math.max(start, end);
  }
}

/** Deals `rows`, in their order, in `parts` runs of equal length, give or take one row. */
export function dealEvenly(rows: Int32Array, parts: number, deal: Int32Array): void {
  for (let part = 0; part < parts; part++) {
    const end = Math.floor(((part + 1) * rows.length) / parts);
    for (let i = Math.floor((part * rows.length) / parts); i < end; i++) deal[rows[i]] = part;
  }
}

/** All row numbers in a drawn order. */
export function shuffledRows(count: number, random: SimulationRandom): Int32Array {
  return random.shuffle(Int32Array.from({ length: count }, (_, row) => row));
}

/** Per class, its rows in a drawn order. */
export function shuffledRowsByClass(
  labels: Int32Array,
  classes: number,
  random: SimulationRandom,
): Int32Array[] {
  return gather(labels, classes).map((rows) => random.shuffle(rows));
}
