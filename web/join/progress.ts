/** How taking part goes, as the events tell it. */
import type { FromWorker } from "./worker-protocol.ts";

export interface Progress {
  /** What the device does now: `idle` between rounds, `sent` when its part of the round is done. */
  readonly activity: "idle" | "training" | "sent";
  /** One entry for every time that this device was asked, oldest first. */
  readonly rounds: readonly RoundPart[];
  /** The last message that was refused, at this end or the other. */
  readonly refused: { readonly code: string; readonly reason: string } | undefined;
}

/** This device's part of a round. */
export interface RoundPart {
  readonly round: number;
  /** Mean loss of local training, examples and seconds; absent until it is done. */
  readonly trained?: { readonly loss: number; readonly examples: number; readonly seconds: number };
  /** Where the device has a model of its own: how well the round has made it do on the examples that are held out. */
  readonly measured?: { readonly accuracy: number; readonly loss: number; readonly examples: number };
  /** Whether it counts: for the model of all, or for the device's own; absent while the round is open. */
  readonly counted?: boolean;
}

export const noProgress: Progress = { activity: "idle", rounds: [], refused: undefined };

type ProgressEvent = Extract<FromWorker, { kind: "event" }>["event"];

export function progressAfter(progress: Progress, event: ProgressEvent): Progress {
  const { rounds } = progress;
  switch (event.kind) {
    case "round-started":
      return { ...progress, activity: "training", rounds: [...rounds, { round: event.round }] };
    case "trained": {
      const { round, loss, examples, seconds } = event;
      const trained = { loss, examples, seconds };
      return { ...progress, activity: "sent", rounds: amended(rounds, round, { trained }) };
    }
    case "measured": {
      const { round, accuracy, loss, examples } = event;
      const measured = { accuracy, loss, examples };
      return { ...progress, rounds: amended(rounds, round, { measured }) };
    }
    case "round-closed":
      return {
        ...progress,
        activity: "idle",
        rounds: amended(rounds, event.round, { counted: event.accepted }),
      };
    case "refused":
      return { ...progress, refused: { code: event.code, reason: event.reason } };
    // The server asks anew after it has heard that the device is ready.
    case "ready":
      return { ...progress, activity: "idle" };
    default:
      return progress;
  }
}

/** What was measured of the own model as it is now, and in which round; what a round in vain makes of it is dropped. */
export function newestMeasured(rounds: readonly RoundPart[]) {
  const part = rounds.findLast(({ measured, counted }) => measured && counted !== false);
  return part?.measured && { round: part.round, ...part.measured };
}

/** A round that was tried again is there twice; the latest attempt is meant. */
function amended(rounds: readonly RoundPart[], round: number, what: Partial<RoundPart>): RoundPart[] {
  const at = rounds.findLastIndex((part) => part.round === round);
  return rounds.map((part, i) => (i === at ? { ...part, ...what } : part));
}
