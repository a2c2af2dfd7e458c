import { isActive } from "../adversary/schedule.ts";
import type { Trainer } from "../learn/training.ts";
import type { AttackFigures, UpdateCounts } from "../records/attack-figures.ts";
import type { PartyEvent } from "../records/events.ts";
import type { PreparedRun } from "./prepare.ts";

/** Follows what becomes of the corrupted clients' updates, round by round. */
export interface AttackFollower {
  note(event: PartyEvent): void;
  /**
   * Of the round whose end was noted last.
   *
   * @param model to measure the backdoor's success of; null in rounds without evaluation
   */
  figures(model: Float32Array | null): Promise<AttackFigures>;
}

/**
 * Undefined without an adversary.
 *
 * @param success shard of the examples that a backdoor wants misread
 */
export function attackFollower(
  { recipe: { adversary }, corrupted, clients }: PreparedRun,
  success: number | undefined,
  trainer: Trainer,
): AttackFollower | undefined {
  if (adversary === null) return undefined;
  const names = new Set(corrupted.map((shard) => clients[shard]));
  let counts = { corrupted: noCounts(), honest: noCounts() };
  let round = 0;
  return {
    note(event) {
      if (event.kind === "round-started") {
        round = event.round;
        counts = { corrupted: noCounts(), honest: noCounts() };
      }
      if (event.kind !== "client-outcome") return;
      const side = names.has(event.client) ? counts.corrupted : counts.honest;
      if (event.outcome === "contributed") side[event.excluded ? "excluded" : "kept"]++;
      else side[event.outcome === "rejected" ? "rejected" : "absent"]++;
    },
    async figures(model) {
      const active = names.size > 0 && isActive(adversary.active, round);
      const evaluated =
        success === undefined || model === null
          ? undefined
          : await trainer.run({ kind: "evaluate", parameters: model, on: success });
      return {
        attack: { active, ...(evaluated && { success: evaluated.accuracy }) },
        defence: counts,
      };
    },
  };
}

function noCounts(): { -readonly [K in keyof UpdateCounts]: number } {
  return { kept: 0, excluded: 0, rejected: 0, absent: 0 };
}
