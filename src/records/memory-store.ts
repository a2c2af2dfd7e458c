import { collect, type EventStore, newEvents, type ReadOptions, storeClosed } from "./event-store.ts";
import type { RunEvent } from "./events.ts";
import { effectiveRanges, type ResumePoint } from "./history.ts";

/** An event log in memory, gone with the process: for tests, benchmarks and browsers. */
export function openMemoryStore(): EventStore {
  return new MemoryStore();
}

/** Keeps text, not objects, so that readers get exactly what any other store would give them. */
class MemoryStore implements EventStore {
  readonly #log: string[] = [];
  readonly #resumes: ResumePoint[] = [];
  #closed = false;

  async append(events: readonly RunEvent[]): Promise<void> {
    this.#mustBeOpen();
    for (const { event, text } of newEvents(
      events,
      this.#log.length,
      (sequence) => this.#log[sequence - 1],
    )) {
      this.#log.push(text);
      if (event.kind === "run-resumed") this.#resumes.push(event);
    }
  }

  async *read({ after = 0, limit = Number.POSITIVE_INFINITY }: ReadOptions = {}): AsyncGenerator<RunEvent> {
    this.#mustBeOpen();
    let left = limit;
    for (const { from, to } of effectiveRanges(this.#resumes, this.#log.length)) {
      for (let sequence = Math.max(from, after + 1); sequence <= to; sequence++) {
        if (left-- <= 0) return;
        yield JSON.parse(this.#log[sequence - 1]) as RunEvent;
      }
    }
  }

  async readAll(): Promise<RunEvent[]> {
    return collect(this.read());
  }

  async lastSequence(): Promise<number> {
    this.#mustBeOpen();
    return this.#log.length;
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #mustBeOpen(): void {
    if (this.#closed) throw storeClosed();
  }
}
