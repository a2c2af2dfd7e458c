import type { Examples } from "./examples.ts";

/** What a client has for a run. */
export interface ClientData {
  readonly examples: Examples;
  /** What the client's own model is measured on, where the protocol gives it one; never trained on. */
  readonly heldOut?: Examples;
}

/** A client's own data, ready for training. */
export interface ReadData extends ClientData {
  /** What was left out or not understood, a sentence each, for the client's owner. */
  readonly notes: readonly string[];
}
