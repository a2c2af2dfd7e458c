import type { RoundSummary } from "../../events.ts";
import type { ComparedRun } from "../robustness.ts";

/** A made-up finished run of one round, of 20 clients, the mean and no adversary unless `recipe` says otherwise. */
export function comparedRun({
  recipe = {},
  accuracy = 0.9,
  seconds = 1,
  success,
}: {
  readonly recipe?: object;
  /** The final one, 0.05 below the best; null for none. */
  readonly accuracy?: number | null;
  /** Real seconds of the round. */
  readonly seconds?: number;
  /** Of a backdoor. */
  readonly success?: number;
} = {}): ComparedRun {
  const counts = { kept: 1, excluded: 0, rejected: 0, absent: 0 };
  const round: RoundSummary = {
    ...{ round: 1, accuracy, loss: null, virtualSeconds: 1, wallSeconds: seconds },
    ...{ uplinkBytes: 0, downlinkBytes: 0, clientToClientBytes: 0 },
    ...{ selected: 2, contributed: 2, late: 0, dropped: 0, rejected: 0 },
    ...(success !== undefined && {
      figures: { attack: { active: true, success }, defence: { corrupted: counts, honest: counts } },
    }),
  };
  return {
    started: { recipe: { clients: 20, adversary: null, aggregator: { kind: "mean" }, ...recipe } },
    summary: {
      rounds: [round],
      final: accuracy === null ? null : { accuracy, loss: 1, round: 1 },
      best: accuracy === null ? null : { accuracy: accuracy + 0.05, round: 1 },
    },
    ...{ failure: null, finished: {} },
  };
}
