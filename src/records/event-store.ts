import { RunError } from "../errors.ts";
import type { RunEvent } from "./events.ts";

/**
 * Where the event log of one run lives. The log is append-only: events are numbered 1, 2, 3, ... and never
 * change. Readers see the *effective* history: what a `run-resumed` event superseded is left out (see
 * `effectiveRanges`).
 *
 * Guarantees of every implementation (`event-store.contract.ts` checks them):
 * - `append` is atomic: after a crash all events of a batch are there or none.
 * - When `append` has resolved, the events survive the end of the process.
 * - No event is ever doubled: events that the log already holds are skipped when they are equal, refused when
 *   they differ, and a gap in the sequence is refused. A refused batch leaves the log as it was.
 * - A `read` sees the log as it was when its first event was asked for; later appends do not disturb it.
 * - Events are what JSON keeps of them: a number that is not finite comes back as null.
 */
export interface EventStore extends AsyncDisposable {
  /**
   * Adds events at the end of the log.
   *
   * @throws RunError `records.store.gap`, `records.store.conflict`, `records.store.closed`
   */
  append(events: readonly RunEvent[]): Promise<void>;

  /** The effective history in order: events with a sequence above `after` (default 0), at most `limit`. */
  read(options?: ReadOptions): AsyncIterable<RunEvent>;

  /** The whole effective history in one array. */
  readAll(): Promise<RunEvent[]>;

  /** The sequence of the last event in the log, superseded or not; 0 when it is empty. */
  lastSequence(): Promise<number>;

  /** Closing twice is allowed; everything else on a closed store is refused. */
  close(): Promise<void>;
}

export interface ReadOptions {
  readonly after?: number;
  readonly limit?: number;
}

/** An event with its text as the log keeps it. */
export interface EncodedEvent {
  readonly event: RunEvent;
  readonly text: string;
}

/**
 * The events of a batch that the log does not hold yet, encoded.
 *
 * @param last the last sequence of the log
 * @param stored the text of an event that the log holds
 * @throws RunError `records.store.gap` or `records.store.conflict`
 */
export function newEvents(
  batch: readonly RunEvent[],
  last: number,
  stored: (sequence: number) => string | undefined,
): EncodedEvent[] {
  const fresh: EncodedEvent[] = [];
  for (const event of batch) {
    const text = JSON.stringify(event);
    const next = last + fresh.length + 1;
    if (event.sequence === next) {
      fresh.push({ event, text });
    } else if (!Number.isInteger(event.sequence) || event.sequence < 1 || event.sequence > next) {
      throw new RunError(
        "records.store.gap",
        `Event ${event.sequence} (${event.kind}) cannot be added to the event log, whose next event is ${next}.`,
      );
    } else if (event.sequence > last || stored(event.sequence) !== text) {
      throw new RunError(
        "records.store.conflict",
        `The event log already holds another event ${event.sequence} than the ${event.kind} to be added; another writer is at work, or the log is not the one this run continues.`,
      );
    }
  }
  return fresh;
}

export function storeClosed(): RunError {
  return new RunError("records.store.closed", "The event log was used after it had been closed.");
}

/** All items of a sequence in one array. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
