import type { SimulationRandom } from "../numeric/random.ts";

/**
 * What the clients of an adversary send instead of their updates. Vectors are in the gradient convention of the
 * papers (the model moves against them); an update is the negative of one.
 */
export interface Attack<State = unknown> {
  readonly kind: string;
  /** What the threat model grants: what the adversary's own clients computed, or everyone's. */
  readonly view: ViewKind;
  forge(view: View, state: State | undefined): Forgery<State>;
}

export type ViewKind = "own" | "omniscient";

export interface View {
  /** What each of the m >= 1 corrupted clients would have sent, in the order of their names. Length d each. */
  readonly own: readonly Float32Array[];
  /** What the honest clients send, in the order of their names; empty unless the attack's view is omniscient. */
  readonly honest: readonly Float32Array[];
  /** n, clients whose vectors are combined in the round, the corrupted ones included. */
  readonly participants: number;
  /** Of this round. */
  readonly random: SimulationRandom;
}

export interface Forgery<State = unknown> {
  /** One for each of `own`; colluders may share one array. */
  readonly vectors: readonly Float32Array[];
  /** Plain data for the next round. */
  readonly state?: State;
}
