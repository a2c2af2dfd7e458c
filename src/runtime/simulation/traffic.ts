import type { PartyId } from "../party.ts";

/** Counts bytes by direction, frames and retransmissions included. */
export class TrafficCounter {
  #uplinkBytes = 0;
  #downlinkBytes = 0;
  #clientToClientBytes = 0;

  count(from: PartyId, to: PartyId, bytes: number): void {
    if (from === "server") this.#downlinkBytes += bytes;
    else if (to === "server") this.#uplinkBytes += bytes;
    else this.#clientToClientBytes += bytes;
  }

  /** The counts since the last call. */
  take(): { uplinkBytes: number; downlinkBytes: number; clientToClientBytes: number } {
    const counts = {
      uplinkBytes: this.#uplinkBytes,
      downlinkBytes: this.#downlinkBytes,
      clientToClientBytes: this.#clientToClientBytes,
    };
    this.#uplinkBytes = 0;
    this.#downlinkBytes = 0;
    this.#clientToClientBytes = 0;
    return counts;
  }
}
