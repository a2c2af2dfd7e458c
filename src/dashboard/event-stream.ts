import type { ServerResponse } from "node:http";
import { openSqliteStore } from "../records/node/index.ts";
import type { LogEnd } from "./log-facts.ts";

/** A log that somebody keeps an eye on. */
export interface WatchedLog {
  /** The event log's file. */
  readonly file: string;
  /** The last sequence, when it was last looked at. */
  readonly last: number;
  readonly end: LogEnd | null;
  /** Whether listeners get what there is and are then sent away. */
  readonly isClosing: boolean;
}

/** At most this much is read at a time for one listener; a single event may be larger. */
const BATCH_EVENTS = 200;
const BATCH_CHARACTERS = 65_536;

/**
 * A run's events for one listener, as server-sent events: `id` is the event's sequence, `event` is `run`, `data` the
 * event as JSON. After the last event of a run that has finished or failed comes `event: end`. A `run-resumed` is sent
 * like any other, though it supersedes some that were sent before.
 *
 * The listener sets the pace: nothing is read from the log before what was sent has left for the network, so a
 * listener that does not read costs no memory.
 */
export class EventStream {
  readonly #log: WatchedLog;
  readonly #outgoing: ServerResponse;
  /** Ends the wait for news; there is none while the listener has not taken what was sent. */
  #resume: (() => void) | undefined;
  #isBeatDue = false;
  #isStalled = false;

  constructor(log: WatchedLog, outgoing: ServerResponse) {
    this.#log = log;
    this.#outgoing = outgoing;
  }

  /**
   * The stream's text, which ends with the run or when the connection is gone.
   *
   * @param after the sequence that the listener has seen; one beyond the log's end counts as its end
   */
  async *texts(after: number): AsyncGenerator<string> {
    yield "retry: 1000\n\n";
    let position = Math.min(after, this.#log.last);
    while (!this.#outgoing.destroyed) {
      this.#isStalled = false;
      if (position < this.#log.last) {
        const batch = await readBatch(this.#log.file, position);
        // It is another, shorter log by now: the listener comes back and begins with that.
        if (batch.last === position) return;
        position = batch.last;
        yield batch.text;
      } else if (this.#log.end !== null) {
        yield `event: end\ndata: ${JSON.stringify({ state: this.#log.end })}\n\n`;
        return;
      } else if (this.#log.isClosing) {
        return;
      } else if (this.#isBeatDue) {
        this.#isBeatDue = false;
        yield ": still here\n\n";
      } else {
        await new Promise<void>((resolve) => {
          this.#resume = resolve;
        });
        this.#resume = undefined;
      }
    }
  }

  /** Something about the log, or the connection, has changed. */
  wake(): void {
    this.#resume?.();
  }

  /** Keeps an idle connection alive, and ends one whose listener has taken nothing for a whole beat. */
  beat(): void {
    if (this.#resume) {
      this.#isBeatDue = true;
      this.wake();
    } else if (this.#isStalled) {
      this.#outgoing.destroy();
    } else {
      this.#isStalled = true;
    }
  }
}

async function readBatch(file: string, after: number): Promise<{ text: string; last: number }> {
  await using store = openSqliteStore(file, { readOnly: true });
  let text = "";
  let last = after;
  for await (const event of store.read({ after, limit: BATCH_EVENTS })) {
    text += `id: ${event.sequence}\nevent: run\ndata: ${JSON.stringify(event)}\n\n`;
    last = event.sequence;
    if (text.length >= BATCH_CHARACTERS) break;
  }
  return { text, last };
}
