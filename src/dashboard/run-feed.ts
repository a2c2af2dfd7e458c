import type { ServerResponse } from "node:http";
import { openSqliteStore } from "../records/node/index.ts";
import { EventStream, type WatchedLog } from "./event-stream.ts";
import { endOf, type LogEnd, lastEvent } from "./log-facts.ts";

const POLL_MILLISECONDS = 250;
const HEARTBEAT_MILLISECONDS = 15_000;

/**
 * Follows the event log of one run while somebody listens, whichever process writes it; one poll serves all listeners.
 * The log is opened anew each time: a reader that held it open would keep the writer from tidying up after the run.
 */
export class RunFeed implements WatchedLog {
  readonly file: string;
  last = 0;
  end: LogEnd | null = null;
  isClosing = false;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Map<ServerResponse, EventStream>();
  #timers: readonly NodeJS.Timeout[] = [];

  /** @param onError is told why all listeners were sent away */
  constructor(file: string, onError: (error: unknown) => void) {
    this.file = file;
    this.#onError = onError;
  }

  get isIdle(): boolean {
    return this.#listeners.size === 0;
  }

  /**
   * Adds the listener at the other end of `outgoing`, which has seen the events up to `after`.
   *
   * @returns what it is to be sent
   */
  async listen(outgoing: ServerResponse, after: number): Promise<AsyncGenerator<string>> {
    const stream = new EventStream(this, outgoing);
    this.#listeners.set(outgoing, stream);
    if (this.#listeners.size === 1) this.#start();
    await this.#look();
    return stream.texts(after);
  }

  leave(outgoing: ServerResponse): void {
    this.#listeners.get(outgoing)?.wake();
    this.#listeners.delete(outgoing);
    if (this.isIdle) for (const timer of this.#timers) clearInterval(timer);
  }

  /** Lets every listener have what the log holds by now, and no more. */
  async close(): Promise<void> {
    this.isClosing = true;
    await this.#poll();
  }

  #start(): void {
    this.#timers = [
      setInterval(() => this.#poll(), POLL_MILLISECONDS),
      setInterval(() => {
        for (const stream of this.#listeners.values()) stream.beat();
      }, HEARTBEAT_MILLISECONDS),
    ];
  }

  async #poll(): Promise<void> {
    try {
      await this.#look();
    } catch (error) {
      // They come back by themselves, and then learn whether the run is still there.
      for (const outgoing of this.#listeners.keys()) outgoing.destroy();
      this.#onError(error);
    }
    for (const stream of this.#listeners.values()) stream.wake();
  }

  async #look(): Promise<void> {
    await using store = openSqliteStore(this.file, { readOnly: true });
    const last = await lastEvent(store);
    if (last === undefined) return;
    this.last = last.sequence;
    this.end = endOf(last);
  }
}
