/**
 * A party is a pure state machine: `handle(input, now)` returns what is to be done, and nothing else happens.
 * No sockets, files, clocks or ambient randomness inside; so one implementation serves the simulation, real
 * sockets and browsers, and every run can be replayed. A fabric drives it: it delivers inputs one at a time and
 * carries out the effects in order.
 */
import type { Message } from "./message.ts";

/** `server`, or a client's name. */
export type PartyId = string;

export type Input<Result> =
  /** First input of a fresh party, and of one that comes back after it was gone: work in progress is lost. */
  | { readonly kind: "start" }
  | { readonly kind: "message"; readonly from: PartyId; readonly message: Message }
  | { readonly kind: "timer"; readonly id: string }
  | { readonly kind: "done"; readonly id: string; readonly result: Result }
  /** A peer became reachable or unreachable. */
  | { readonly kind: "joined"; readonly party: PartyId }
  | { readonly kind: "left"; readonly party: PartyId };

export type Effect<Job, Event> =
  | { readonly kind: "send"; readonly to: readonly PartyId[]; readonly message: Message }
  /** Wakes the party `after` seconds from now; setting the same id again replaces it. */
  | { readonly kind: "timer"; readonly id: string; readonly after: number }
  | { readonly kind: "cancel"; readonly id: string }
  /** Starts work outside the machine; its result comes back as `done` with the same id, which replaces older work. */
  | { readonly kind: "job"; readonly id: string; readonly round: number; readonly job: Job }
  /** Gives a job up; its result is not delivered. */
  | { readonly kind: "abandon"; readonly id: string }
  | { readonly kind: "record"; readonly event: Event }
  /** The party has nothing more to do. */
  | { readonly kind: "finish"; readonly error?: { readonly code: string; readonly message: string } };

/** `State` is plain data (numbers, strings, typed arrays, maps): a checkpoint stores it as it is. */
export interface Party<Job, Result, Event, State = unknown> {
  handle(input: Input<Result>, now: number): Effect<Job, Event>[];
  snapshot(): State;
  restore(state: State): void;
}
