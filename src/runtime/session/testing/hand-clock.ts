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

  /** Goes to the next moment at which somebody waits; false when nobody does within the next `seconds`. */
  step(seconds = Number.POSITIVE_INFINITY): boolean {
    const until = this.#now + seconds;
    const [next] = [...this.#waiting].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
    if (next === undefined) return false;
    this.#waiting.delete(next);
    this.#now = Math.max(this.#now, next.at);
    next.wake();
    return true;
  }

  /** Wakes whoever waits for a moment within the next `seconds`, in order. */
  pass(seconds: number): void {
    const until = this.#now + seconds;
    while (this.step(until - this.#now));
    this.#now = until;
  }

  /** Timers that nobody has cancelled. */
  get waiting(): number {
    return this.#waiting.size;
  }
}
