/**
 * A clock for runs on real sockets, whose seconds are the simulation's: it stands while anything goes on and goes to
 * the next moment for which somebody waits as soon as everything is quiet. So a run takes no longer than its work,
 * and what is in time in the simulation is in time here, however busy the machine.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../runtime/host/clock.ts";
import type { Connection } from "../../runtime/session/connection.ts";

/** Looks, a few milliseconds apart, without any sign of life after which everything is quiet. */
const LOOKS = 8;
const MILLISECONDS = 5;

export class QuietClock implements Clock {
  #now = 0;
  #busy = 0;
  #isLively = true;
  readonly #waiting = new Set<{ readonly at: number; readonly wake: () => void }>();

  now(): number {
    return this.#now;
  }

  readonly after = (seconds: number, wake: () => void): (() => void) => {
    const entry = { at: this.#now + seconds, wake };
    this.#waiting.add(entry);
    return () => this.#waiting.delete(entry);
  };

  /** The clock stands until the work is done. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#busy++;
    try {
      return await work;
    } finally {
      this.#busy--;
      this.#touch();
    }
  }

  /** A connection whose traffic is a sign of life. */
  watch(connection: Connection): Connection {
    const touched =
      <A extends unknown[]>(act: (...args: A) => void) =>
      (...args: A): void => {
        this.#touch();
        act(...args);
      };
    return {
      sendText: touched((text) => connection.sendText(text)),
      sendBytes: touched((bytes) => connection.sendBytes(bytes)),
      drained: () => connection.drained(),
      close: touched(() => connection.close()),
      listen: ({ text, bytes, closed }) =>
        connection.listen({ text: touched(text), bytes: touched(bytes), closed: touched(closed) }),
    };
  }

  /** Goes on until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#quiet();
      const [next] = [...this.#waiting].sort((a, b) => a.at - b.at);
      if (next === undefined) continue;
      this.#waiting.delete(next);
      this.#now = Math.max(this.#now, next.at);
      this.#touch();
      next.wake();
    }
  }

  #touch(): void {
    this.#isLively = true;
  }

  async #quiet(): Promise<void> {
    // Looks and not time: while this process stands still, nothing can come in.
    for (let looks = 0; looks < LOOKS; looks++) {
      this.#isLively = false;
      await sleep(MILLISECONDS);
      if (this.#isLively || this.#busy > 0) looks = 0;
    }
  }
}
