import type { EventStore } from "../records/event-store.ts";
import type { EventBody, RunEvent } from "../records/events.ts";

/** Longest time that an event waits in memory before it is in the log, so that other processes can follow. */
const FLUSH_MILLISECONDS = 250;

/** Stamps events with sequence and times, and appends them to the log in batches. */
export class Journal {
  readonly #store: EventStore;
  #sequence: number;
  #waiting: RunEvent[] = [];
  #flushedAt = Date.now();

  /** @param sequence the last sequence in the log */
  constructor(store: EventStore, sequence: number) {
    this.#store = store;
    this.#sequence = sequence;
  }

  /** Sequence of the last stamped event. */
  get sequence(): number {
    return this.#sequence;
  }

  /** @param at simulated seconds */
  stamp(at: number, body: EventBody): RunEvent {
    const event: RunEvent = { ...body, sequence: ++this.#sequence, at, wall: Date.now() };
    this.#waiting.push(event);
    return event;
  }

  async flushWhenDue(): Promise<void> {
    if (Date.now() - this.#flushedAt >= FLUSH_MILLISECONDS) await this.flush();
  }

  async flush(): Promise<void> {
    const events = this.#waiting;
    this.#flushedAt = Date.now();
    if (events.length === 0) return;
    // Given up only once they are in the log: after a failure, such as a full disk, they are still next.
    await this.#store.append(events);
    this.#waiting = this.#waiting.slice(events.length);
  }
}
