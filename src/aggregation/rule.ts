import type { SimulationRandom } from "../numeric/random.ts";
import type { Json } from "../runtime/message.ts";

/**
 * A robust rule with its settings: n updates, of which at most f are Byzantine, to one. A rule is pure: what it
 * remembers from round to round goes in and comes out as plain data.
 */
export interface Rule<State = unknown> {
  readonly kind: string;
  /** The fewest updates for which it keeps its promise; with fewer the attempt at the round is given up. */
  readonly needs: number;
  /** Where that number comes from, for people: `n >= 2f + 3`. */
  readonly condition: string;
  /** Whether it compares with an update that the server trains on examples of its own. */
  readonly usesReference?: boolean;
  combine(input: RuleInput<State>): Combination<State>;
}

export interface RuleInput<State = unknown> {
  /** n >= `needs` vectors of equal length d, all entries finite; never changed. */
  readonly rows: readonly Float32Array[];
  /** Whose they are, ascending and distinct: ties go to the first, and a state can follow its clients. */
  readonly clients: readonly string[];
  /** Of this round and attempt, for rules that draw lots. */
  readonly random: SimulationRandom;
  /** The state of the last round that was finished; undefined before. */
  readonly state?: State | undefined;
  /** What training on the server's own examples gave, length d; present for rules that use it. */
  readonly reference?: Float32Array | undefined;
}

export interface Combination<State = unknown> {
  /** Length d. */
  readonly update: Float32Array;
  /** Indices of the rows that it is made of, ascending; absent where no row is left out as a whole. */
  readonly selected?: readonly number[];
  /** Figures of this round, for the log and the summary. */
  readonly figures?: Readonly<Record<string, Json>>;
  readonly state?: State;
}

/** Whether a rule holds to the inequality of its paper, or only asks for an honest majority (2f < n). */
export type Conditions = "paper" | "lenient";
