import { MessageTallies, type RoundMessages, type Sent } from "../message-tally.ts";

/** Counts what travels in a round: bytes by direction, frames and retransmissions included, and messages by kind. */
export class TrafficCounter {
  readonly #tallies: MessageTallies;
  #uplinkBytes = 0;
  #downlinkBytes = 0;
  #clientToClientBytes = 0;

  /** @param isOwn whether the run has messages of this kind; the others are counted together. Default: all are its own */
  constructor(isOwn: (kind: string) => boolean = () => true) {
    this.#tallies = new MessageTallies(isOwn);
  }

  count(sent: Sent): void {
    const { from, to, bytes } = sent;
    if (from === "server") this.#downlinkBytes += bytes;
    else if (to === "server") this.#uplinkBytes += bytes;
    else this.#clientToClientBytes += bytes;
    this.#tallies.add(sent);
  }

  /** An attempt at a round has failed: its bytes count, but what they were says nothing of how a round goes. */
  attemptFailed(): void {
    this.#tallies.forget();
  }

  /** The counts since the last call; messages only since the last attempt that failed. */
  take(): { uplinkBytes: number; downlinkBytes: number; clientToClientBytes: number } & RoundMessages {
    const counts = {
      uplinkBytes: this.#uplinkBytes,
      downlinkBytes: this.#downlinkBytes,
      clientToClientBytes: this.#clientToClientBytes,
      ...this.#tallies.take(),
    };
    this.#uplinkBytes = 0;
    this.#downlinkBytes = 0;
    this.#clientToClientBytes = 0;
    return counts;
  }
}
