import type { Exchange, RunEvent, RunSummary } from "../events.ts";
import { foldSummary, type LogSummary } from "../summary.ts";
import { type PartitionView, viewPartition } from "./partition.ts";
import type { RoundTimeline } from "./round-timeline.ts";
import { type Attendance, followClients } from "./timeline.ts";

type Started = Extract<RunEvent, { kind: "run-started" }>;

/** What the log tells of a run as a whole, of bounded size but for one summary per round. */
export interface LogDigest {
  readonly started: Started;
  readonly summary: LogSummary;
  /** What only the runner knows; null for a run that has not finished. */
  readonly finished: Pick<RunSummary, "privacy" | "method" | "peakMemoryBytes" | "files"> | null;
  readonly failure: { readonly code: string; readonly message: string; readonly round: number | null } | null;
  readonly totals: Totals;
  /** Times the run was resumed, attempts at rounds that failed, messages refused. */
  readonly incidents: { readonly resumes: number; readonly failedAttempts: number; readonly refused: number };
  readonly partition: PartitionView | null;
  /** Who sent how much to whom in the first round; null before it is finished, and where too many took part in it. */
  readonly exchange: Exchange | null;
}

/** All that a report needs of one run. */
export interface RunDigest extends LogDigest {
  readonly timelines: readonly RoundTimeline[];
  readonly attendance: Attendance;
}

const totalled = [
  "uplinkBytes",
  "downlinkBytes",
  "clientToClientBytes",
  "selected",
  "contributed",
  "late",
  "dropped",
  "rejected",
] as const;
type Totals = Readonly<Record<(typeof totalled)[number], number>>;

/**
 * Reads the history of a run once, in any amount, into what a report shows.
 *
 * @param events the effective history, as a store reads it out
 * @throws RunError `records.summary.empty` when the history does not begin with `run-started`
 */
export async function digestRun(events: Iterable<RunEvent> | AsyncIterable<RunEvent>): Promise<RunDigest> {
  const digest = foldDigest();
  let clients = followClients(0, []);
  for await (const event of events) {
    if (event.kind === "run-started") clients = followClients(event.rounds, event.corrupted ?? []);
    digest.add(event);
    clients.add(event);
  }
  return { ...digest.result(), ...clients.result() };
}

/** The digest of events that come one at a time; `result` is cheap, and its parts grow with the next `add`. */
export function foldDigest(): { add(event: RunEvent): void; result(): LogDigest } {
  const summary = foldSummary();
  let started: Started | undefined;
  let partition: PartitionView | null = null;
  let exchange: Exchange | null = null;
  let finished: LogDigest["finished"] = null;
  let failure: LogDigest["failure"] = null;
  const incidents = { resumes: 0, failedAttempts: 0, refused: 0 };
  const totals = Object.fromEntries(totalled.map((key) => [key, 0])) as {
    -readonly [K in keyof Totals]: number;
  };

  const add = (event: RunEvent): void => {
    summary.add(event);
    switch (event.kind) {
      case "run-started":
        started = event;
        partition = viewPartition(event);
        return;
      case "run-resumed":
        incidents.resumes++;
        failure = null;
        return;
      case "round-failed":
        incidents.failedAttempts++;
        return;
      case "refused":
        incidents.refused++;
        return;
      case "round-finished":
        for (const key of totalled) totals[key] += event[key];
        exchange ??= event.exchange ?? null;
        return;
      case "run-finished": {
        const { privacy, method, peakMemoryBytes, files } = event.summary;
        finished = { privacy, method, peakMemoryBytes, files };
        return;
      }
      case "run-failed":
        failure = { code: event.code, message: event.message, round: event.round };
        return;
    }
  };
  const result = (): LogDigest => {
    const log = summary.result();
    return { started: started!, summary: log, finished, failure, totals, incidents, partition, exchange };
  };
  return { add, result };
}
