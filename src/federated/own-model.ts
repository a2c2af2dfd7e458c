import type { Address } from "./step-effects.ts";

export interface OwnModelState {
  readonly current: Float32Array;
  /** The last round that counts in it; 0 for none. */
  readonly round: number;
  readonly proposed: { readonly address: Address; readonly model: Float32Array } | undefined;
}

/**
 * The model that a client keeps under a personal protocol. What a round made of it counts once the round does: when
 * the server closes the round and says so, or, if that word is lost, when it opens a later one.
 */
export class OwnModel {
  #state: OwnModelState;

  constructor(initial: Float32Array) {
    this.#state = { current: initial, round: 0, proposed: undefined };
  }

  get current(): Float32Array {
    return this.#state.current;
  }

  /** The last round that is known to count. */
  get round(): number {
    return this.#state.round;
  }

  /** With what the last round made of it, whether or not the server has said that it counts. */
  get newest(): Float32Array {
    return this.#state.proposed?.model ?? this.#state.current;
  }

  propose(address: Address, model: Float32Array): void {
    this.#state = { ...this.#state, proposed: { address, model } };
  }

  /** A new attempt at a round begins: at a later one than proposed for, or once more at the same. */
  begin({ round }: Address): void {
    const { proposed } = this.#state;
    if (proposed) this.settle(round > proposed.address.round);
  }

  settle(counts: boolean): void {
    const { current, round, proposed } = this.#state;
    this.#state =
      counts && proposed
        ? { current: proposed.model, round: proposed.address.round, proposed: undefined }
        : { current, round, proposed: undefined };
  }

  snapshot(): OwnModelState {
    return this.#state;
  }

  restore(state: OwnModelState): void {
    this.#state = state;
  }
}
