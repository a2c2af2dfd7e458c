const MOST_FAILURES = 10;
const WINDOW_MILLISECONDS = 60_000;
/** Addresses remembered; a newcomer displaces the one seen first. */
const MOST_ADDRESSES = 4096;

/** Counts wrong tokens by address: after ten within a minute an address has to wait for that minute's end. */
export class FailedAttempts {
  readonly #windows = new Map<string, { failures: number; readonly until: number }>();

  /** Whole seconds that an address has to wait, 0 when it may try. */
  waitOf(address: string): number {
    const window = this.#current(address);
    if (window === undefined || window.failures < MOST_FAILURES) return 0;
    return Math.ceil((window.until - performance.now()) / 1000);
  }

  add(address: string): void {
    const window = this.#current(address);
    if (window !== undefined) {
      window.failures++;
      return;
    }
    this.#windows.delete(address);
    for (const first of this.#windows.keys()) {
      if (this.#windows.size < MOST_ADDRESSES) break;
      this.#windows.delete(first);
    }
    this.#windows.set(address, { failures: 1, until: performance.now() + WINDOW_MILLISECONDS });
  }

  #current(address: string) {
    const window = this.#windows.get(address);
    return window !== undefined && performance.now() < window.until ? window : undefined;
  }
}
