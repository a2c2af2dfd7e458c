/**
 * A run as it goes on, from its events one at a time: what the dashboard shows. Each event costs the same
 * however long the run has been going, and memory is bounded but for one summary per round.
 */
import type { RunEvent } from "../events.ts";
import { foldDigest, type LogDigest } from "../report/digest.ts";
import type { RoundTimeline } from "../report/round-timeline.ts";
import { type ClientRecords, followClientRecords } from "./client-records.ts";
import { followHappenings, type Happenings } from "./happenings.ts";
import { type CurrentRound, followRecentRounds } from "./recent-rounds.ts";

/** What can be said of a run now. Its lists grow with the next event: look at it, do not keep it. */
export interface LiveRun extends LogDigest {
  /** The sequence of the last event. */
  readonly last: number;
  /** Null before the first round. */
  readonly current: CurrentRound | null;
  /** The last rounds, ascending, whose clients are known one by one. */
  readonly recentRounds: readonly number[];
  /** Costs a sort of the round's clients while the round is among the last four. */
  timelineOf(round: number): RoundTimeline | undefined;
  /** Cost a sort each. */
  clients(): ClientRecords;
  happenings(): Happenings;
}

export interface RunFollower {
  /**
   * Takes the next event of the effective history.
   *
   * @throws RunError `records.summary.empty` when the first event is not `run-started`
   */
  add(event: RunEvent): void;
  /** Null before the first event. */
  view(): LiveRun | null;
}

export function followRun(): RunFollower {
  const digest = foldDigest();
  const rounds = followRecentRounds();
  const clients = followClientRecords();
  const happenings = followHappenings();
  let last = 0;
  return {
    add(event) {
      digest.add(event);
      rounds.add(event);
      clients.add(event);
      happenings.add(event);
      last = event.sequence;
    },
    view: () =>
      last === 0
        ? null
        : {
            ...digest.result(),
            ...{ last, current: rounds.current(), recentRounds: rounds.rounds() },
            ...{ timelineOf: rounds.timeline, clients: clients.view, happenings: happenings.view },
          },
  };
}

/**
 * Whether an event makes some of those up to `last` void: the run was resumed from before them. A follower
 * cannot take them back; begin anew with the effective history.
 */
export function supersedes(event: RunEvent, last: number): boolean {
  return event.kind === "run-resumed" && event.after < last;
}
