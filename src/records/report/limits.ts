/**
 * How much detail a report shows, so that it stays a file of a few megabytes for thousands of clients and
 * rounds. Where something was left out, the report says so.
 */
export const limits = {
  /** Points of a curve, bars of a per-round chart, rows of the table of rounds. */
  rounds: 400,
  /** Rounds with a timeline of their clients. */
  timelines: 100,
  /** Clients in one round's timeline and in the picture of who took part. */
  clients: 40,
  /** Distinct clients that are followed at all, of which the `clients` most troubled are shown. */
  followed: 4000,
  /** Rows of the partition's heat map. */
  partitionClients: 50,
  /** Columns of the partition's heat map; further classes are added up in the last. */
  partitionKinds: 40,
  /** Runs in one comparison, each with its curve and recipe. */
  runs: 24,
  /** Heat maps of attacks and defences in one comparison, one for each setting of the other keys. */
  settings: 6,
  /** Rows and columns of such a heat map. */
  defences: 40,
  attacks: 40,
} as const;

/**
 * At most `most` of the numbers 0 to `count` - 1, evenly spaced, with the first and the last.
 */
export function evenlySpaced(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)));
}
