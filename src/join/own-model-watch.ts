import type { JoinEvent } from "./join-run.ts";

/** A client's own model after the last round that is known to count. */
interface Confirmed {
  readonly model: Float32Array;
  readonly round: number;
}

/**
 * Tells when a round has counted for a client's own model: word of it comes with the round's close, or, if that is lost,
 * with the opening of a later one.
 */
export class OwnModelWatch {
  #last: Float32Array;
  readonly #confirmed: () => Confirmed;
  readonly #observe: (event: JoinEvent) => void;

  constructor(confirmed: () => Confirmed, observe: (event: JoinEvent) => void) {
    this.#last = confirmed().model;
    this.#confirmed = confirmed;
    this.#observe = observe;
  }

  /** After the client has had a message that opens a round or closes one. */
  look(): void {
    const { model, round } = this.#confirmed();
    if (model === this.#last) return;
    this.#last = model;
    this.#observe({ kind: "model", round, model });
  }
}
