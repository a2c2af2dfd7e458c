import { z } from "zod";
import type { RoundSummary } from "./events.ts";

/** What became of the clients asked in a round, on one side of the fence. Counts of clients. */
export interface UpdateCounts {
  /** Their updates went into the result. */
  readonly kept: number;
  /** Their updates came in, and the aggregator left them out. */
  readonly excluded: number;
  /** Their updates were malformed or not finite. */
  readonly rejected: number;
  /** They were late or dropped out. */
  readonly absent: number;
}

/** What a round of a run with a simulated adversary has among its figures, beside those of the method. */
export interface AttackFigures {
  readonly attack: {
    /** Whether the corrupted clients attacked in this round. */
    readonly active: boolean;
    /** Of backdoors: the share of triggered test examples that is taken for the target, in [0, 1]. */
    readonly success?: number;
  };
  readonly defence: { readonly corrupted: UpdateCounts; readonly honest: UpdateCounts };
}

const count = z.int().min(0);
const counts = z.object({ kept: count, excluded: count, rejected: count, absent: count });

const attackFigures: z.ZodType<AttackFigures> = z.object({
  attack: z.object({ active: z.boolean(), success: z.number().min(0).max(1).exactOptional() }),
  defence: z.object({ corrupted: counts, honest: counts }),
});

/** The attack figures of a round; null where the log has none, or none of this shape. */
export function attackFiguresOf({ figures }: Pick<RoundSummary, "figures">): AttackFigures | null {
  return attackFigures.safeParse(figures).data ?? null;
}

/** How well a backdoor works at the end: the last round that tells, and the share of triggered examples; null where no round tells. */
export function lastSuccess(rounds: readonly RoundSummary[]): { round: number; success: number } | null {
  for (const round of rounds.toReversed()) {
    const success = attackFiguresOf(round)?.attack.success;
    if (success !== undefined) return { round: round.round, success };
  }
  return null;
}
