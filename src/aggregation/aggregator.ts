/**
 * Aggregators turn the updates of a round, seen in the clear, into one. Inputs are never changed, and the result does
 * not depend on the order of arrival.
 */
import type { SimulationRandom } from "../numeric/random.ts";
import type { Json } from "../runtime/message.ts";

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
  /** Figures of the rule in this round. */
  readonly figures?: Readonly<Record<string, Json>>;
}

/** Collects one round. Streaming rules hold one vector; rules that compare updates hold all of them. */
export interface Collection {
  add(contribution: Contribution): void;
  /**
   * @param reference what training on the server's own examples gave, for aggregators that use it
   * @throws RunError when nothing was added
   */
  finish(reference?: Float32Array): Aggregate;
}

export interface Aggregator {
  readonly kind: string;
  /** The fewest contributions that it can combine; with fewer the attempt at the round is given up. */
  readonly needs: number;
  /** Where that number comes from: `n >= 2f + 3`; empty where any number will do. */
  readonly condition: string;
  /** Whether `finish` wants a reference. */
  readonly usesReference: boolean;
  /** @param random of this attempt at the round */
  collect(dimension: number, random: SimulationRandom): Collection;
  /** What it remembers of finished rounds, as plain data. */
  snapshot?(): unknown;
  restore?(state: unknown): void;
}
