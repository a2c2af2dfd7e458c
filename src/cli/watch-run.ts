import { basename, dirname, resolve } from "node:path";
import type { RunEvent } from "../records/events.ts";
import { folderOf, type OutFolder } from "./out-folder.ts";
import { type Terminal, writeLine } from "./terminal.ts";

/** A dashboard on a run of this process, for `followRun`. */
export interface WatchedRun extends AsyncDisposable {
  /** Aborts when the run is to stop, as asked for in the dashboard. */
  readonly stop: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
}

/**
 * Opens a dashboard over the folder in which the run lies, or will lie, and prints its link.
 *
 * @throws whatever `openDashboard` throws
 */
export async function watchRun(
  place: OutFolder,
  port: number | undefined,
  terminal: Terminal,
): Promise<WatchedRun> {
  const { openDashboard } = await import("../dashboard/open.ts");
  const stopping = new AbortController();
  let run = place.folder === undefined ? undefined : basename(resolve(place.folder));
  const dashboard = await openDashboard({
    folder: dirname(resolve(place.folder ?? folderOf("new"))),
    port,
    stop(asked) {
      if (asked !== run) return false;
      stopping.abort();
      return true;
    },
    onError: (error) => writeLine(terminal.err, `coterie: ${(error as Error).message}`),
  });
  writeLine(terminal.err, dashboard.link);
  return {
    stop: stopping.signal,
    onEvent(event) {
      if (event.kind === "run-started") run ??= event.run;
    },
    [Symbol.asyncDispose]: () => dashboard[Symbol.asyncDispose](),
  };
}
