import type { Outcome, RunEvent } from "../events.ts";

/** What became of a client's answer: `excluded` is one that came in and that the aggregator left out. */
export type Answer = Outcome | "excluded";

/** What became of a client in a round; `waiting` in a round that never finished. */
export type Fate = Answer | "waiting";

export function answerOf({ outcome, excluded }: Extract<RunEvent, { kind: "client-outcome" }>): Answer {
  return excluded ? "excluded" : outcome;
}

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
  /** Those with trouble first, then the slowest. */
  readonly spans: readonly ClientSpan[];
  /** Clients asked, shown or not. */
  readonly asked: number;
}

/** How many newer rounds may start before a round's timeline is cut to size; late answers come until then. */
export const patience = 4;

/** A round whose events still come in. */
export interface OpenRound {
  /** Its `spans` are empty until `viewRound` makes them. */
  readonly timeline: RoundTimeline;
  readonly spans: ReadonlyMap<string, ClientSpan>;
}

/** A round, or a new attempt at it, begins. */
export function openRound({
  round,
  attempt,
  at,
  selected,
}: Extract<RunEvent, { kind: "round-started" }>): OpenRound {
  return {
    timeline: { round, attempt, startedAt: at, spans: [], asked: selected.length },
    spans: new Map(selected.map((client) => [client, { client, fate: "waiting" }])),
  };
}

/** Notes what an event tells of the clients in the open rounds, by number. */
export function addToRounds(open: ReadonlyMap<number, OpenRound>, event: RunEvent): void {
  switch (event.kind) {
    case "client-left":
      for (const round of open.values()) addToRound(round, event);
      return;
    case "client-trained":
    case "late-answer":
    case "client-outcome": {
      const round = open.get(event.round);
      if (round) addToRound(round, event);
      return;
    }
  }
}

function addToRound({ timeline, spans }: OpenRound, event: RunEvent): void {
  const at = event.at - timeline.startedAt;
  switch (event.kind) {
    case "client-trained": {
      const span = spans.get(event.client);
      const start = at - event.virtualSeconds;
      // Work that began before this attempt belongs to one that failed.
      if (span && start > -1e-6) span.trained = [Math.max(0, start), at];
      return;
    }
    case "late-answer": {
      const span = spans.get(event.client);
      if (span?.fate === "late") span.ended ??= at;
      return;
    }
    case "client-left": {
      const span = spans.get(event.client);
      if (span?.fate === "waiting") span.ended = at;
      return;
    }
    case "client-outcome": {
      const { client, outcome, reason } = event;
      timeline.closed = at;
      const span = spans.get(client);
      if (!span) return;
      span.fate = answerOf(event);
      if (reason !== undefined) span.reason = reason;
      if (outcome !== "dropped") delete span.ended;
      return;
    }
  }
}

/** The round with at most `most` of its clients: those with trouble first, then the slowest. */
export function viewRound({ timeline, spans }: OpenRound, most: number): RoundTimeline {
  const sorted = [...spans.values()].sort(
    (a, b) => trouble[a.fate] - trouble[b.fate] || endOf(b) - endOf(a) || byName(a, b),
  );
  return { ...timeline, spans: sorted.slice(0, most) };
}

/** Order in which clients are kept when not all can be shown. */
const trouble: Record<Fate, number> = {
  rejected: 0,
  excluded: 1,
  dropped: 2,
  late: 3,
  waiting: 4,
  contributed: 5,
};

function endOf(span: ClientSpan): number {
  return Math.max(span.ended ?? 0, span.trained?.[1] ?? 0);
}

const collator = new Intl.Collator("en", { numeric: true });

/** Order of clients: `client-2` before `client-10`. */
export function byName(a: { readonly client: string }, b: { readonly client: string }): number {
  return collator.compare(a.client, b.client);
}
