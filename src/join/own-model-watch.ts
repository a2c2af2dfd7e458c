import type { Message } from "../runtime/message.ts";
import type { JoinEvent } from "./join-run.ts";

/**
 * Tells when a round has counted for a client's own model: its word comes with the round's close, or, if that is lost,
 * with the opening of a later one.
 */
export class OwnModelWatch {
  #last: Float32Array;
  readonly #newest: () => Float32Array;
  readonly #observe: (event: JoinEvent) => void;

  /** @param newest the client's model, with what the last round made of it */
  constructor(first: Float32Array, newest: () => Float32Array, observe: (event: JoinEvent) => void) {
    this.#last = first;
    this.#newest = newest;
    this.#observe = observe;
  }

  /** After the client has had a message of the server that opens a round or closes one. */
  look({ kind, round }: Message): void {
    const model = this.#newest();
    if (model === this.#last) return;
    this.#last = model;
    this.#observe({ kind: "model", round: kind === "round" ? round - 1 : round, model });
  }
}
