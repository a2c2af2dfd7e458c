import type { Outcome, RunEvent } from "../events.ts";
import { evenlySpaced, limits } from "./limits.ts";
import {
  addToRounds,
  byName,
  type OpenRound,
  openRound,
  patience,
  type RoundTimeline,
  viewRound,
} from "./round-timeline.ts";

/** Which clients did what in which round: rows are clients, columns the rounds that have a timeline. */
export interface Attendance {
  readonly rounds: readonly number[];
  readonly rows: readonly { readonly client: string; readonly fates: readonly (Outcome | null)[] }[];
  /** Clients that were asked at all (counted up to `limits.followed`). */
  readonly clients: number;
}

/**
 * Gathers per-client detail from the events of a run, within `limits`.
 *
 * @param plannedRounds rounds of the recipe; when they are too many, evenly spaced ones are followed
 */
export function followClients(plannedRounds: number) {
  const followed = new Set(evenlySpaced(plannedRounds, limits.timelines).map((i) => i + 1));
  const timelines = new Map<number, RoundTimeline>();
  const open = new Map<number, OpenRound>();
  const attendance = new Map<string, Map<number, Outcome>>();

  const add = (event: RunEvent): void => {
    addToRounds(open, event);
    if (event.kind === "round-started" && followed.has(event.round)) {
      const round = openRound(event);
      open.set(event.round, round);
      timelines.set(event.round, round.timeline);
      for (const older of [...open.keys()].slice(0, -patience)) settle(older);
    }
    if (event.kind === "client-outcome" && followed.has(event.round)) attend(event);
  };

  const attend = ({ round, client, outcome }: Extract<RunEvent, { kind: "client-outcome" }>): void => {
    const fates = attendance.get(client);
    if (fates) fates.set(round, outcome);
    else if (attendance.size < limits.followed) attendance.set(client, new Map([[round, outcome]]));
  };

  const settle = (round: number): void => {
    timelines.set(round, viewRound(open.get(round)!, limits.clients));
    open.delete(round);
  };

  const result = (): { timelines: RoundTimeline[]; attendance: Attendance } => {
    for (const round of [...open.keys()]) settle(round);
    return {
      timelines: [...timelines.values()],
      attendance: viewAttendance([...timelines.keys()], attendance),
    };
  };
  return { add, result };
}

function viewAttendance(rounds: number[], attendance: Map<string, Map<number, Outcome>>): Attendance {
  const rows = [...attendance].map(([client, fates]) => ({
    client,
    troubles: [...fates.values()].filter((fate) => fate !== "contributed").length,
    fates: rounds.map((round) => fates.get(round) ?? null),
  }));
  const shown = rows
    .sort((a, b) => b.troubles - a.troubles || byName(a, b))
    .slice(0, limits.clients)
    .sort(byName);
  return { rounds, rows: shown.map(({ client, fates }) => ({ client, fates })), clients: attendance.size };
}
