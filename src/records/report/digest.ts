import type { RoundSummary, RunEvent, RunSummary } from "../events.ts";
import { foldSummary, type LogSummary } from "../summary.ts";
import { type PartitionView, viewPartition } from "./partition.ts";
import { type Attendance, followClients, type RoundTimeline } from "./timeline.ts";

type Started = Extract<RunEvent, { kind: "run-started" }>;

/** All that a report needs of one run, of bounded size but for one summary per round. */
export interface RunDigest {
  readonly started: Started;
  readonly summary: LogSummary;
  /** What only the runner knows; null for a run that has not finished. */
  readonly finished: Pick<RunSummary, "privacy" | "method" | "peakMemoryBytes"> | null;
  readonly failure: { readonly code: string; readonly message: string; readonly round: number | null } | null;
  readonly totals: Totals;
  /** Times the run was resumed, attempts at rounds that failed, messages refused. */
  readonly incidents: { readonly resumes: number; readonly failedAttempts: number; readonly refused: number };
  readonly partition: PartitionView | null;
  readonly timelines: readonly RoundTimeline[];
  readonly attendance: Attendance;
}

type Total =
  | "uplinkBytes"
  | "downlinkBytes"
  | "clientToClientBytes"
  | "selected"
  | "contributed"
  | "late"
  | "dropped"
  | "rejected";
type Totals = Readonly<Record<Total, number>>;

/**
 * Reads the history of a run once, in any amount, into what a report shows.
 *
 * @param events the effective history, as a store reads it out
 * @throws RunError `records.summary.empty` when the history does not begin with `run-started`
 */
export async function digestRun(events: Iterable<RunEvent> | AsyncIterable<RunEvent>): Promise<RunDigest> {
  const summary = foldSummary();
  let started: Started | undefined;
  let clients = followClients(0);
  let finished: RunDigest["finished"] = null;
  let failure: RunDigest["failure"] = null;
  const incidents = { resumes: 0, failedAttempts: 0, refused: 0 };
  for await (const event of events) {
    summary.add(event);
    clients.add(event);
    switch (event.kind) {
      case "run-started":
        started = event;
        clients = followClients(event.rounds);
        break;
      case "run-resumed":
        incidents.resumes++;
        failure = null;
        break;
      case "round-failed":
        incidents.failedAttempts++;
        break;
      case "refused":
        incidents.refused++;
        break;
      case "run-finished": {
        const { privacy, method, peakMemoryBytes } = event.summary;
        finished = { privacy, method, peakMemoryBytes };
        break;
      }
      case "run-failed":
        failure = { code: event.code, message: event.message, round: event.round };
        break;
    }
  }
  const log = summary.result();
  const { classNames, histogram } = started!;
  return {
    ...{ started: started!, summary: log, finished, failure, totals: addUp(log.rounds), incidents },
    ...{ partition: viewPartition(classNames, histogram), ...clients.result() },
  };
}

function addUp(rounds: readonly RoundSummary[]): Totals {
  const total = (key: Total) => rounds.reduce((sum, round) => sum + round[key], 0);
  return {
    uplinkBytes: total("uplinkBytes"),
    downlinkBytes: total("downlinkBytes"),
    clientToClientBytes: total("clientToClientBytes"),
    selected: total("selected"),
    contributed: total("contributed"),
    late: total("late"),
    dropped: total("dropped"),
    rejected: total("rejected"),
  };
}
