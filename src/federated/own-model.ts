import type { Address } from "./step-effects.ts";

export interface OwnModelState {
  readonly current: Float32Array;
  readonly proposed: { readonly address: Address; readonly model: Float32Array } | undefined;
}

/**
 * The model that a client keeps under a personal protocol. What a round made of it counts once the round does: when
 * the server closes the round and says so, or, if that word is lost, when it opens a later one.
 */
export class OwnModel {
  #state: OwnModelState;

  constructor(initial: Float32Array) {
    this.#state = { current: initial, proposed: undefined };
  }

  get current(): Float32Array {
    return this.#state.current;
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
    const { current, proposed } = this.#state;
    this.#state = { current: (counts && proposed?.model) || current, proposed: undefined };
  }

  snapshot(): OwnModelState {
    return this.#state;
  }

  restore(state: OwnModelState): void {
    this.#state = state;
  }
}
