import type { RunEvent } from "../events.ts";
import {
  addToRounds,
  type OpenRound,
  openRound,
  patience,
  type RoundTimeline,
  viewRound,
} from "../report/round-timeline.ts";
import { liveLimits } from "./limits.ts";

/** The last round that was begun. */
export interface CurrentRound {
  readonly round: number;
  readonly attempt: number;
  readonly asked: number;
  /** Of those asked, the clients that have trained, and those whose outcome is known. */
  readonly trained: number;
  readonly decided: number;
}

/** Keeps the clients of the last rounds, one by one. */
export function followRecentRounds() {
  const open = new Map<number, OpenRound>();
  const settled = new Map<number, RoundTimeline>();

  const add = (event: RunEvent): void => {
    addToRounds(open, event);
    if (event.kind !== "round-started") return;
    open.set(event.round, openRound(event));
    for (const [number, round] of [...open].slice(0, -patience)) {
      settled.set(number, viewRound(round, liveLimits.clients));
      open.delete(number);
    }
    const forgotten = [...settled.keys()].slice(0, -(liveLimits.rounds - patience));
    for (const number of forgotten) settled.delete(number);
  };

  /** The rounds that `timeline` knows, ascending. */
  const rounds = (): number[] => [...settled.keys(), ...open.keys()];

  const timeline = (round: number): RoundTimeline | undefined => {
    const opened = open.get(round);
    return opened ? viewRound(opened, liveLimits.clients) : settled.get(round);
  };

  const current = (): CurrentRound | null => {
    const newest = [...open.values()].at(-1);
    if (!newest) return null;
    let trained = 0;
    let decided = 0;
    for (const span of newest.spans.values()) {
      if (span.trained) trained++;
      if (span.fate !== "waiting") decided++;
    }
    const { round, attempt, asked } = newest.timeline;
    return { round, attempt, asked, trained, decided };
  };

  return { add, rounds, timeline, current };
}
