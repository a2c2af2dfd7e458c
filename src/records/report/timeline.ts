import type { Outcome, RunEvent } from "../events.ts";
import { evenlySpaced, limits } from "./limits.ts";

/** What became of a client in a round; `waiting` in a round that never finished. */
export type Fate = Outcome | "waiting";

/** One client in one round; seconds count from the start of the round's last attempt. */
export interface ClientSpan {
  readonly client: string;
  fate: Fate;
  reason?: string;
  /** When local training began and ended; absent when the client never said that it had trained. */
  trained?: readonly [number, number];
  /** When a late answer came in, or the client left. */
  ended?: number;
}

export interface RoundTimeline {
  readonly round: number;
  readonly attempt: number;
  readonly startedAt: number;
  /** When the server closed the round, seconds from its start. */
  closed?: number;
  /** At most `limits.clients`: those with trouble first, then the slowest. */
  spans: ClientSpan[];
  /** Clients asked, shown or not. */
  readonly asked: number;
}

/** Which clients did what in which round: rows are clients, columns the rounds that have a timeline. */
export interface Attendance {
  readonly rounds: readonly number[];
  readonly rows: readonly { readonly client: string; readonly fates: readonly (Outcome | null)[] }[];
  /** Clients that were asked at all (counted up to `limits.followed`). */
  readonly clients: number;
}

/** How many newer rounds may start before a round's timeline is cut to size; late answers come until then. */
const patience = 4;

/**
 * Gathers per-client detail from the events of a run, within `limits`.
 *
 * @param plannedRounds rounds of the recipe; when they are too many, evenly spaced ones are followed
 */
export function followClients(plannedRounds: number) {
  const followed = new Set(evenlySpaced(plannedRounds, limits.timelines).map((i) => i + 1));
  const timelines = new Map<number, RoundTimeline>();
  const open = new Map<number, Map<string, ClientSpan>>();
  const attendance = new Map<string, Map<number, Outcome>>();

  const add = (event: RunEvent): void => {
    switch (event.kind) {
      case "round-started": {
        const { round, attempt, at, selected } = event;
        if (!followed.has(round)) return;
        open.set(round, new Map(selected.map((client) => [client, { client, fate: "waiting" }])));
        timelines.set(round, { round, attempt, startedAt: at, spans: [], asked: selected.length });
        for (const older of [...open.keys()].slice(0, -patience)) settle(older);
        return;
      }
      case "client-trained": {
        const span = open.get(event.round)?.get(event.client);
        const end = event.at - (timelines.get(event.round)?.startedAt ?? 0);
        const start = end - event.virtualSeconds;
        // Work that began before this attempt belongs to one that failed.
        if (span && start > -1e-6) span.trained = [Math.max(0, start), end];
        return;
      }
      case "late-answer": {
        const span = open.get(event.round)?.get(event.client);
        if (span?.fate === "late") span.ended ??= event.at - timelines.get(event.round)!.startedAt;
        return;
      }
      case "client-left":
        for (const [round, spans] of open) {
          const span = spans.get(event.client);
          if (span?.fate === "waiting") span.ended = event.at - timelines.get(round)!.startedAt;
        }
        return;
      case "client-outcome": {
        const { round, client, outcome, reason, at } = event;
        const timeline = timelines.get(round);
        if (!timeline) return;
        timeline.closed = at - timeline.startedAt;
        const span = open.get(round)?.get(client);
        if (span) {
          span.fate = outcome;
          if (reason !== undefined) span.reason = reason;
          if (outcome !== "dropped") delete span.ended;
        }
        const fates = attendance.get(client);
        if (fates) fates.set(round, outcome);
        else if (attendance.size < limits.followed) attendance.set(client, new Map([[round, outcome]]));
        return;
      }
    }
  };

  const settle = (round: number): void => {
    const spans = [...(open.get(round)?.values() ?? [])];
    timelines.get(round)!.spans = spans
      .sort((a, b) => trouble[a.fate] - trouble[b.fate] || endOf(b) - endOf(a) || byName(a, b))
      .slice(0, limits.clients);
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

/** Order in which clients are kept when not all can be shown. */
const trouble: Record<Fate, number> = { rejected: 0, dropped: 1, late: 2, waiting: 3, contributed: 4 };

function endOf(span: ClientSpan): number {
  return Math.max(span.ended ?? 0, span.trained?.[1] ?? 0);
}

const collator = new Intl.Collator("en", { numeric: true });

function byName(a: { client: string }, b: { client: string }): number {
  return collator.compare(a.client, b.client);
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
