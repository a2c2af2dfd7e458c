import type { Conditions, Rule } from "../rule.ts";
import { applyRule, checkUpdates } from "./apply-rule.ts";
import { type KrumVariant, krumRequirement, scoreAll } from "./krum-scoring.ts";
import { lowest } from "./lowest.ts";

export interface KrumOptions {
  /** f, the most updates that may be Byzantine. */
  readonly byzantine: number;
  /** `paper` when absent. */
  readonly variant?: KrumVariant;
  /** `paper` (n >= 2f + 3) when absent; `lenient` asks for 2f < n only, without the paper's proof. */
  readonly conditions?: Conditions;
}

/**
 * Krum (Blanchard, El Mhamdi, Guerraoui, Stainer 2017, section 4): the one update with the lowest sum of squared
 * distances to its n - f - 2 nearest others. The lowest index among equals.
 *
 * Take it against attackers who are far off, when a slow end is no harm. All updates but one are thrown away, so it
 * learns slowly, worst when clients' data differ; and forgeries close to the mean (A Little Is Enough with a small
 * z, or inner product manipulation) are what it chooses.
 *
 * @param updates n >= 2f + 3 vectors of equal length d
 * @returns a copy of the chosen update; cost O(n^2 d), memory O(n^2) beside the updates
 * @throws RunError when there are too few updates, their lengths differ, or an entry is not finite
 * @throws InputError when a setting is impossible
 * @example krum(updates, { byzantine: 2 })
 */
export function krum(updates: readonly Float32Array[], options: KrumOptions): Float32Array {
  return applyRule(krumRule(options), updates).update;
}

/** The index of the update that {@link krum} chooses. */
export function krumSelection(updates: readonly Float32Array[], options: KrumOptions): number {
  return lowest(krumScores(updates, options), 1)[0];
}

/**
 * The scores by which {@link krum} and {@link multiKrum} choose: of each update the sum of its distances to its
 * nearest others. Low is central.
 *
 * @returns n scores
 * @example krumScores(updates, { byzantine: 2 })
 */
export function krumScores(updates: readonly Float32Array[], options: KrumOptions): Float64Array {
  checkUpdates(krumRule(options), updates);
  return scoreAll(options.variant ?? "paper", updates, options.byzantine);
}

/** {@link krum} as a round's rule. It reports the chosen row and its score. */
export function krumRule({ byzantine, variant = "paper", conditions = "paper" }: KrumOptions): Rule {
  return {
    kind: "krum",
    ...krumRequirement(byzantine, conditions),
    combine({ rows }) {
      const scores = scoreAll(variant, rows, byzantine);
      const [row] = lowest(scores, 1);
      return { update: rows[row].slice(), selected: [row], figures: { score: scores[row] } };
    },
  };
}
