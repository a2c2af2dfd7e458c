import { squaredNorms } from "../../numeric/distances.ts";
import { weightedSum } from "../../numeric/weighted-sum.ts";
import type { Rule } from "../rule.ts";
import { applyRule } from "./apply-rule.ts";
import { checkNorm, clipFactors, countClipped, medianNorm, type NormOptions } from "./clip-factors.ts";

/**
 * The mean of updates that are scaled down to a norm (Sun, Kairouz, Suresh, McMahan 2019, "Can you really backdoor
 * federated learning?", section 4): mean(x_i min(1, norm / ||x_i||)).
 *
 * The cheapest hurdle to model replacement and boosted updates, and it costs honest clients little. It does not
 * tell who is honest: f attackers still move the mean by f norm / n in a direction of their own, in every round.
 *
 * @param updates n >= 1 vectors of equal length d
 * @returns length d; cost O(n d), memory O(n + d) beside the updates
 * @throws RunError when there are no updates, their lengths differ, or an entry is not finite
 * @throws InputError when a setting is impossible
 * @example normClip(updates, { norm: 2 })
 */
export function normClip(updates: readonly Float32Array[], options: NormOptions = {}): Float32Array {
  return applyRule(normClipRule(options), updates).update;
}

/** {@link normClip} as a round's rule. It reports the norm and how many rows were clipped. */
export function normClipRule(options: NormOptions = {}): Rule {
  checkNorm(options);
  return {
    kind: "norm-clip",
    needs: 1,
    condition: "",
    combine({ rows }) {
      const squares = squaredNorms(rows);
      const norm = options.norm ?? medianNorm(squares);
      const factors = clipFactors(squares, norm);
      const weights = factors.map((factor) => factor / rows.length);
      return { update: weightedSum(rows, weights), figures: { norm, clipped: countClipped(factors) } };
    },
  };
}
