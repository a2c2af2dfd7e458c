import { type ReadonlySignal, signal } from "@preact/signals";
import type { RunEvent } from "../../src/records/events.ts";
import { followRun, type LiveRun, supersedes } from "../../src/records/live/follow-run.ts";
import { ApiError, readEvents, streamEvents } from "./api.ts";
import { pause } from "./pause.ts";
import { signOut } from "./session.ts";

/**
 * - `reading`: the history is being read
 * - `live`: events come as they happen
 * - `lost`: the server does not answer; tried again by and by
 * - `over`: the run has ended, nothing more is expected
 * - `refused`: the server will not show this run; see `problem`
 */
export type Connection = "reading" | "live" | "lost" | "over" | "refused";

export interface RunFeed {
  /** A new object at most four times a second while events come; null before the first. */
  readonly view: ReadonlySignal<LiveRun | null>;
  readonly connection: ReadonlySignal<Connection>;
  readonly problem: ReadonlySignal<string | null>;
  close(): void;
}

/** Milliseconds between two views, so that a burst of events is drawn once. */
const calm = 250;
/** Seconds between two looks at a run that is polled, or has ended and might be resumed. */
const poll = 5;
/** Longest wait in seconds for a server that does not answer. */
const patience = 15;

/**
 * Follows a run: its history in pages, then its events as they happen, over any number of lost connections.
 *
 * @param how `stream` holds a connection open, of which a browser allows few at a time; `poll` asks now and then
 */
export function openFeed(run: string, how: "stream" | "poll"): RunFeed {
  const view = signal<LiveRun | null>(null);
  const connection = signal<Connection>("reading");
  const problem = signal<string | null>(null);
  const closing = new AbortController();
  let follower = followRun();
  let last = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const show = () => {
    timer = undefined;
    view.value = follower.view();
  };
  /** @returns false when what was read is void and has to be read again */
  const take = (event: RunEvent): boolean => {
    if (event.sequence <= last) return true;
    if (supersedes(event, last)) {
      follower = followRun();
      last = 0;
      return false;
    }
    follower.add(event);
    last = event.sequence;
    timer ??= setTimeout(show, calm);
    return true;
  };

  const catchUp = async (): Promise<void> => {
    for (;;) {
      const events = await readEvents(run, last, closing.signal);
      if (events.length === 0) break;
      events.every(take);
    }
    // The last word is shown at once.
    clearTimeout(timer);
    if (last > 0) show();
  };

  /** @returns how the stream ended */
  const stream = (): Promise<"over" | "lost" | "void"> =>
    new Promise((resolve) => {
      const source = streamEvents(run, last);
      const finish = (how: "over" | "lost" | "void") => {
        source.close();
        resolve(how);
      };
      source.addEventListener("open", () => {
        connection.value = "live";
      });
      source.addEventListener("run", ({ data }) => take(JSON.parse(data)) || finish("void"));
      source.addEventListener("end", () => finish("over"));
      source.addEventListener("error", () => finish("lost"));
      closing.signal.addEventListener("abort", () => finish("over"));
    });

  const follow = async (): Promise<void> => {
    let wait = 1;
    while (!closing.signal.aborted) {
      try {
        await catchUp();
        wait = 1;
        const { finished, failure } = view.value ?? {};
        // A failed run may be resumed; a finished one is never touched again.
        if (finished) {
          connection.value = "over";
          return;
        }
        if (how === "poll" || failure) {
          connection.value = failure ? "over" : "live";
          await pause(poll, closing.signal);
          continue;
        }
        const end = await stream();
        // What the log says of the end has yet to be read; with nothing there, the server is not asked in haste.
        if (end === "over") await pause(1, closing.signal);
        if (end !== "lost") continue;
      } catch (error) {
        if (closing.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 401) return signOut();
        if (error.status === 403 || error.status === 404) {
          connection.value = "refused";
          problem.value = error.message;
          return;
        }
      }
      connection.value = "lost";
      await pause(wait, closing.signal);
      wait = Math.min(2 * wait, patience);
    }
  };
  void follow();
  return {
    ...{ view, connection, problem },
    close() {
      closing.abort();
      clearTimeout(timer);
    },
  };
}
