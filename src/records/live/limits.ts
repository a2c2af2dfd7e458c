/**
 * How much a live view keeps of a run, so that it may be watched for days. What is older, or more, stays in the
 * figures of the rounds; where something was left out, the view says so.
 */
export const liveLimits = {
  /** The last rounds, whose clients are kept one by one. */
  rounds: 50,
  /** Clients that have a record of their own: the first that were asked; also the most in one round. */
  clients: 1000,
  /** Last latencies of a client, of which the median is shown. */
  latencies: 32,
  /** Distinct refusals by code and reason. */
  refusals: 100,
  /** Clients that came or went, the last ones. */
  comings: 200,
  /** Attempts at rounds that failed, the last ones. */
  attempts: 50,
} as const;

/** Adds an item and forgets the oldest when there are more than `most`. */
export function keepLast<T>(items: T[], item: T, most: number): void {
  items.push(item);
  if (items.length > most) items.shift();
}
