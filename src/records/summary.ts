import { RunError } from "../errors.ts";
import type { RoundSummary, RunEvent, RunSummary } from "./events.ts";

/** What the event log alone tells about a run; `final` and `best` are null before the first evaluation. */
export interface LogSummary
  extends Omit<RunSummary, "final" | "best" | "privacy" | "method" | "files" | "peakMemoryBytes"> {
  readonly final: RunSummary["final"] | null;
  readonly best: RunSummary["best"] | null;
}

/**
 * The part of a run's summary that derives from its event log, for finished and unfinished runs alike.
 *
 * - `final` is the last evaluated round, `best` the earliest round of the highest accuracy.
 * - `virtualSeconds` is the time of the last event.
 * - `wallSeconds` is the time worked on what counts: pauses before a resume are left out, and so is work that
 *   a resume superseded.
 *
 * @param events the effective history (what a store reads out), at least its `run-started`
 * @throws RunError `records.summary.empty` when the history does not begin with `run-started`
 */
export function summarize(events: Iterable<RunEvent>): LogSummary {
  const summary = foldSummary();
  for (const event of events) summary.add(event);
  return summary.result();
}

/** `summarize` for events that come one at a time. */
export function foldSummary(): { add(event: RunEvent): void; result(): LogSummary } {
  let started: Extract<RunEvent, { kind: "run-started" }> | undefined;
  const rounds: RoundSummary[] = [];
  let final: LogSummary["final"] = null;
  let best: LogSummary["best"] = null;
  let virtualSeconds = 0;
  let wallMilliseconds = 0;
  let previousWall: number | undefined;

  const add = (event: RunEvent): void => {
    if (event.kind === "run-started") started ??= event;
    if (!started) throw noStart();
    virtualSeconds = Math.max(virtualSeconds, event.at);
    if (event.kind !== "run-resumed")
      wallMilliseconds += Math.max(0, event.wall - (previousWall ?? event.wall));
    previousWall = event.wall;
    if (event.kind !== "round-finished") return;
    const round = roundSummary(event);
    rounds.push(round);
    if (round.accuracy === null) return;
    final = { accuracy: round.accuracy, loss: round.loss ?? Number.NaN, round: round.round };
    if (best === null || round.accuracy > best.accuracy)
      best = { round: round.round, accuracy: round.accuracy };
  };
  const result = (): LogSummary => {
    if (!started) throw noStart();
    const { run, fabric = "simulated", recipe, seed, task, clients, parameters } = started;
    return {
      ...{ run, fabric, recipe: recipeName(recipe) ?? run, seed, task, clients, parameters },
      ...{ rounds, final, best, virtualSeconds, wallSeconds: wallMilliseconds / 1000 },
    };
  };
  return { add, result };
}

function noStart(): RunError {
  return new RunError("records.summary.empty", "The event log does not begin with the start of a run.");
}

/** The `name` of a recipe, where it has one. */
function recipeName(recipe: unknown): string | undefined {
  const name = (recipe as { name?: unknown } | null)?.name;
  return typeof name === "string" ? name : undefined;
}

function roundSummary(event: Extract<RunEvent, { kind: "round-finished" }>): RoundSummary {
  const { kind: _kind, exchange: _exchange, sequence: _sequence, at: _at, wall: _wall, ...round } = event;
  return round;
}
