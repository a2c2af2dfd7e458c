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
  #timer: NodeJS.Timeout | undefined;

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

  /** Writes what waits, now or when it has waited long enough: the next event may be long in coming. */
  async flushWhenDue(): Promise<void> {
    const left = this.#flushedAt + FLUSH_MILLISECONDS - Date.now();
    // What fails at its time is still next, and the flush after it fails before the run.
    if (left > 0) this.#timer ??= setTimeout(() => void this.flush().catch(() => {}), left).unref();
    else await this.flush();
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#waiting;
    this.#flushedAt = Date.now();
    if (events.length === 0) return;
    // Given up only once they are in the log: after a failure, such as a full disk, they are still next.
    await this.#store.append(events);
    const { sequence: last } = events.at(-1)!;
    this.#waiting = this.#waiting.filter(({ sequence }) => sequence > last);
  }
}
