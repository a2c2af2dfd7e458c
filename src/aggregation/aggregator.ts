/**
 * Aggregators turn the updates of a round, seen in the clear, into one. They are pure: no state survives a
 * round, inputs are never changed, and the result does not depend on the order of arrival.
 */

export interface Contribution {
  /** Who sent it; ties are broken by this name where a rule must break them. */
  readonly client: string;
  /** Length d, all entries finite. */
  readonly update: Float32Array;
  /** Relative weight > 0: the number of examples, or 1. */
  readonly weight: number;
}

export interface Aggregate {
  /** Length d. */
  readonly update: Float32Array;
  /** Clients whose updates a selecting rule left out. */
  readonly excluded: readonly string[];
}

/** Collects one round. Streaming rules hold one vector; rules that compare updates hold all of them. */
export interface Collection {
  add(contribution: Contribution): void;
  /** Throws when nothing was added. */
  finish(): Aggregate;
}

export interface Aggregator {
  readonly kind: string;
  collect(dimension: number): Collection;
}
