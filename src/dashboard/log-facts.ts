import {
  collect,
  type EventStore,
  type RoundSummary,
  type RunEvent,
  summarize,
  type Traffic,
} from "../records/index.ts";

/** What the dashboard keeps of a run's event log, of bounded size: its two ends, and what its rounds add up to. */
export interface LogFacts {
  readonly recipe: string;
  readonly task: string;
  readonly seed: number;
  readonly clients: number;
  /** Rounds that are to be done, and those that are. */
  readonly rounds: number;
  readonly finished: number;
  readonly lastRound: RoundSummary | null;
  /** Of the last round that was evaluated. */
  readonly accuracy: number | null;
  readonly loss: number | null;
  /** The highest accuracy of any round. */
  readonly best: number | null;
  /** Of all finished rounds. */
  readonly traffic: Traffic;
  /** Wall clock of the first and of the last event, milliseconds since 1970. */
  readonly startedAt: number;
  readonly updatedAt: number;
  /** How the log ends; null while the run goes on, or when it was cut short. */
  readonly end: LogEnd | null;
  /** Of the last event that was read. */
  readonly sequence: number;
}

export type LogEnd = "finished" | "failed";

/**
 * Reads what has come to a log since `before`, or all of it. Of a finished run only the two ends are read: the last
 * event holds the summary.
 *
 * @returns undefined for a log without an event yet
 * @throws RunError `records.summary.empty` for a log that does not begin with `run-started`
 */
export async function readFacts(store: EventStore, before?: LogFacts): Promise<LogFacts | undefined> {
  const last = await lastEvent(store);
  if (last?.kind === "run-finished") {
    const [first] = await collect(store.read({ limit: 1 }));
    return addEnd(last.summary.rounds.reduce(addRound, begin(first)), last);
  }
  let facts = before;
  for await (const event of store.read({ after: before?.sequence ?? 0 })) {
    // Some of what was read before no longer counts.
    if (event.kind === "run-resumed" && event.after < (before?.sequence ?? 0)) return readFacts(store);
    facts ??= begin(event);
    if (event.kind === "round-finished") facts = addRound(facts, event);
    facts = addEnd(facts, event);
  }
  return facts;
}

/** The last event of a log, which is never superseded; undefined when there is none yet. */
export async function lastEvent(store: EventStore): Promise<RunEvent | undefined> {
  const after = (await store.lastSequence()) - 1;
  return (await collect(store.read({ after }))).at(-1);
}

export function endOf(last: RunEvent): LogEnd | null {
  if (last.kind === "run-finished") return "finished";
  return last.kind === "run-failed" ? "failed" : null;
}

function begin(first: RunEvent): LogFacts {
  const { recipe, task, seed, clients } = summarize([first]);
  return {
    ...{ recipe, task, seed, clients, rounds: first.kind === "run-started" ? first.rounds : 0 },
    ...{ finished: 0, lastRound: null, accuracy: null, loss: null, best: null },
    traffic: { uplinkBytes: 0, downlinkBytes: 0, clientToClientBytes: 0 },
    ...{ startedAt: first.wall, updatedAt: first.wall, end: null, sequence: first.sequence },
  };
}

function addEnd(facts: LogFacts, last: RunEvent): LogFacts {
  return { ...facts, updatedAt: last.wall, end: endOf(last), sequence: last.sequence };
}

function addRound(facts: LogFacts, round: RoundSummary): LogFacts {
  const { traffic } = facts;
  const sum: LogFacts = {
    ...facts,
    finished: facts.finished + 1,
    lastRound: round,
    traffic: {
      uplinkBytes: traffic.uplinkBytes + round.uplinkBytes,
      downlinkBytes: traffic.downlinkBytes + round.downlinkBytes,
      clientToClientBytes: traffic.clientToClientBytes + round.clientToClientBytes,
    },
  };
  if (round.accuracy === null) return sum;
  const best = Math.max(facts.best ?? round.accuracy, round.accuracy);
  return { ...sum, accuracy: round.accuracy, loss: round.loss, best };
}
