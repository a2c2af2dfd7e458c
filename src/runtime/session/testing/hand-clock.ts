import type { Clock } from "../../host/clock.ts";

/** Time passes only when a test lets it. */
export class HandClock implements Clock {
  #now = 0;
  readonly #waiting = new Set<{ readonly at: number; readonly wake: () => void }>();

  now(): number {
    return this.#now;
  }

  after(seconds: number, wake: () => void): () => void {
    const entry = { at: this.#now + seconds, wake };
    this.#waiting.add(entry);
    return () => this.#waiting.delete(entry);
  }

  /** Wakes whoever waits for a moment within the next `seconds`, in order. */
  pass(seconds: number): void {
    const until = this.#now + seconds;
    for (;;) {
      const [next] = [...this.#waiting].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#waiting.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
    this.#now = until;
  }

  /** Timers that nobody has cancelled. */
  get waiting(): number {
    return this.#waiting.size;
  }
}
