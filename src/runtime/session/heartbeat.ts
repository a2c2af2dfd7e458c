/** Whether the other end of a connection is still there, and how long an answer takes. */
import type { Clock } from "../host/clock.ts";

export interface HeartbeatOptions {
  readonly clock: Clock;
  /** Seconds between questions; after three times as long without a word the peer is gone. */
  readonly seconds: number;
  readonly ping: (id: number) => void;
  /** Called at every beat while the peer is there. */
  readonly beat: (now: number) => void;
  readonly gone: () => void;
}

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #cancel: (() => void) | undefined;
  #heardAt = 0;
  #ping: { readonly id: number; readonly at: number; answered: boolean } = { id: 0, at: 0, answered: true };
  /** Seconds that the last answer took, there and back. */
  roundTrip: number | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  start(): void {
    this.#ping = { ...this.#ping, answered: true };
    this.heard();
    this.#schedule();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** The peer has said something. */
  heard(): void {
    this.#heardAt = this.#options.clock.now();
  }

  answered(id: number): void {
    if (this.#ping.answered || this.#ping.id !== id) return;
    this.#ping.answered = true;
    this.roundTrip = this.#options.clock.now() - this.#ping.at;
  }

  #schedule(): void {
    const { clock, seconds, ping, beat, gone } = this.#options;
    this.#cancel = clock.after(seconds, () => {
      const now = clock.now();
      if (now - this.#heardAt >= 3 * seconds) {
        gone();
        return;
      }
      this.#schedule();
      this.#ping = { id: this.#ping.id + 1, at: now, answered: false };
      ping(this.#ping.id);
      beat(now);
    });
  }
}
