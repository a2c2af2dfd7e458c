import type { ServerResponse } from "node:http";
import { ReadableStream } from "node:stream/web";
import { setTimeout } from "node:timers/promises";
import type { RunFolder } from "../records/node/index.ts";
import { ApiError } from "./api-error.ts";
import { RunFeed } from "./run-feed.ts";

const MOST_LISTENERS = 64;
/** How long listeners may take to fetch what is left for them. */
const GRACE_MILLISECONDS = 2000;

/** The runs that somebody is watching. */
export class RunFeeds {
  readonly #feeds = new Map<string, RunFeed>();
  readonly #onError: (error: unknown) => void;
  /** The answers that are event streams. */
  readonly #open = new Set<ServerResponse>();

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /**
   * The event stream of a run, see `EventStream`, for the listener at the other end of `outgoing`.
   *
   * @throws ApiError `dashboard.listeners` when there are 64 already
   */
  async listen(
    folder: RunFolder,
    outgoing: ServerResponse,
    after: number,
  ): Promise<ReadableStream<Uint8Array>> {
    if (this.#open.size >= MOST_LISTENERS) {
      throw new ApiError(
        "dashboard.listeners",
        503,
        `${MOST_LISTENERS} listeners are connected, which is the most; close a page that shows a run.`,
      );
    }
    // Gone while its run was looked up: there will be no other "close".
    if (outgoing.destroyed) return ReadableStream.from([]);
    const feed = this.#feeds.get(folder.events) ?? new RunFeed(folder.events, this.#onError);
    this.#feeds.set(folder.events, feed);
    this.#open.add(outgoing);
    // Comes at the end of every answer, of a broken one too, and of one whose body is never read, as with HEAD.
    outgoing.once("close", () => {
      this.#open.delete(outgoing);
      feed.leave(outgoing);
      if (feed.isIdle) this.#feeds.delete(folder.events);
    });
    return ReadableStream.from(this.#bytes(await feed.listen(outgoing, after), outgoing));
  }

  /** Ends all streams once their listeners have what the logs hold by now, after two seconds in any case. */
  async close(): Promise<void> {
    await Promise.all([...this.#feeds.values()].map((feed) => feed.close()));
    const deadline = performance.now() + GRACE_MILLISECONDS;
    while (this.#open.size > 0 && performance.now() < deadline) await setTimeout(20);
    for (const outgoing of this.#open) outgoing.destroy();
  }

  async *#bytes(texts: AsyncIterable<string>, outgoing: ServerResponse): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder();
    try {
      for await (const text of texts) yield encoder.encode(text);
    } catch (error) {
      outgoing.destroy();
      this.#onError(error);
    }
  }
}
