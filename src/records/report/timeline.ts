import type { RunEvent } from "../events.ts";
import { evenlySpaced, limits } from "./limits.ts";
import {
  type Answer,
  addToRounds,
  answerOf,
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
  /** Corrupted clients first. */
  readonly rows: readonly AttendanceRow[];
  /** Clients that were asked at all (counted up to `limits.followed`). */
  readonly clients: number;
}

export interface AttendanceRow {
  readonly client: string;
  /** Whether a simulated adversary controls it. */
  readonly corrupted: boolean;
  readonly fates: readonly (Answer | null)[];
}

/**
 * Gathers per-client detail from the events of a run, within `limits`.
 *
 * @param plannedRounds rounds of the recipe; when they are too many, evenly spaced ones are followed
 * @param corrupted clients that a simulated adversary controls
 */
export function followClients(plannedRounds: number, corrupted: readonly string[]) {
  const followed = new Set(evenlySpaced(plannedRounds, limits.timelines).map((i) => i + 1));
  const timelines = new Map<number, RoundTimeline>();
  const open = new Map<number, OpenRound>();
  const attendance = new Map<string, Map<number, Answer>>();

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

  const attend = (event: Extract<RunEvent, { kind: "client-outcome" }>): void => {
    const { round, client } = event;
    const fates = attendance.get(client);
    if (fates) fates.set(round, answerOf(event));
    else if (attendance.size < limits.followed) attendance.set(client, new Map([[round, answerOf(event)]]));
  };

  const settle = (round: number): void => {
    timelines.set(round, viewRound(open.get(round)!, limits.clients));
    open.delete(round);
  };

  const result = (): { timelines: RoundTimeline[]; attendance: Attendance } => {
    for (const round of [...open.keys()]) settle(round);
    return {
      timelines: [...timelines.values()],
      attendance: viewAttendance([...timelines.keys()], attendance, new Set(corrupted)),
    };
  };
  return { add, result };
}

function viewAttendance(
  rounds: number[],
  attendance: ReadonlyMap<string, ReadonlyMap<number, Answer>>,
  corrupted: ReadonlySet<string>,
): Attendance {
  const rows = [...attendance]
    .map(([client, fates]) => ({
      ...{ client, corrupted: corrupted.has(client) },
      troubles: [...fates.values()].filter((fate) => fate !== "contributed").length,
      fates: rounds.map((round) => fates.get(round) ?? null),
    }))
    .sort((a, b) => b.troubles - a.troubles || byName(a, b));
  const [cheats, others] = [true, false].map((side) => rows.filter((row) => row.corrupted === side));
  // Neither side pushes the other out of the picture.
  const most = Math.max(limits.clients / 2, limits.clients - others.length);
  const shownCheats = cheats.slice(0, most);
  const shownOthers = others.slice(0, limits.clients - shownCheats.length);
  const shown = [...shownCheats.sort(byName), ...shownOthers.sort(byName)];
  return {
    rounds,
    rows: shown.map(({ client, corrupted, fates }) => ({ client, corrupted, fates })),
    clients: attendance.size,
  };
}
