import type { Message } from "../runtime/message.ts";
import type { JoinEvent } from "./join-run.ts";

/**
 * Tells when a round has counted for a client's own model: its word comes with the round's close, or, if that is lost,
 * with the opening of a later one.
 */
export class OwnModelWatch {
  #last: Float32Array;
  readonly #confirmed: () => Float32Array;
  readonly #observe: (event: JoinEvent) => void;

  /** @param confirmed the client's model after the last round that is known to count */
  constructor(first: Float32Array, confirmed: () => Float32Array, observe: (event: JoinEvent) => void) {
    this.#last = first;
    this.#confirmed = confirmed;
    this.#observe = observe;
  }

  /** After the client has had a message of the server that opens a round or closes one. */
  look({ kind, round }: Message): void {
    const model = this.#confirmed();
    if (model === this.#last) return;
    this.#last = model;
    this.#observe({ kind: "model", round: kind === "round" ? round - 1 : round, model });
  }
}
