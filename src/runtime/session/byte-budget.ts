/**
 * Memory that all sessions of a server share for messages on their way in: a peer may send a large message only when
 * its bytes have been set aside, so a thousand clients that answer at once take turns instead of filling the memory.
 * First come, first served; what lies parked (a message whose connection broke) gives way to those who wait.
 */
export class ByteBudget {
  readonly #capacity: number;
  #used = 0;
  readonly #waiting: Entry[] = [];
  readonly #parked = new Set<Entry>();

  /** @param capacity bytes, > 0; a single message may take more, and is then the only one */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Bytes set aside now. */
  get used(): number {
    return this.#used;
  }

  /** Whether somebody waits for room. */
  get isContended(): boolean {
    return this.#waiting.length > 0;
  }

  /** Calls `granted` once the bytes are set aside, at once where there is room. */
  reserve(bytes: number, granted: () => void): Reservation {
    const entry: Entry = { bytes, granted, state: "waiting", reclaim: () => {} };
    this.#waiting.push(entry);
    this.#grantNext();
    return {
      release: () => this.#release(entry),
      park: (reclaim) => {
        if (entry.state !== "granted") return;
        entry.reclaim = reclaim;
        this.#parked.add(entry);
        this.#grantNext();
      },
      unpark: () => void this.#parked.delete(entry),
    };
  }

  #release(entry: Entry): void {
    if (entry.state === "released") return;
    this.#takeBack(entry);
    this.#grantNext();
  }

  #takeBack(entry: Entry): void {
    this.#parked.delete(entry);
    if (entry.state === "granted") this.#used -= entry.bytes;
    else this.#waiting.splice(this.#waiting.indexOf(entry), 1);
    entry.state = "released";
  }

  #grantNext(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#used > 0 && this.#used + next.bytes > this.#capacity) {
        const [oldest] = this.#parked;
        if (oldest === undefined) return;
        this.#takeBack(oldest);
        oldest.reclaim();
        continue;
      }
      this.#waiting.shift();
      next.state = "granted";
      this.#used += next.bytes;
      next.granted();
    }
  }
}

export interface Reservation {
  /** Gives the bytes back, or the place in the queue; may be called more than once. */
  release(): void;
  /** The bytes are not needed at the moment; `reclaim` is called when somebody else gets them. */
  park(reclaim: () => void): void;
  unpark(): void;
}

interface Entry {
  readonly bytes: number;
  readonly granted: () => void;
  state: "waiting" | "granted" | "released";
  reclaim: () => void;
}
