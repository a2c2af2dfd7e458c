import { nearestMean, rankMean } from "../../numeric/sorted-columns.ts";
import type { Rule } from "../rule.ts";
import { applyRule } from "./apply-rule.ts";
import { honestMajority, requires, strictest } from "./requirement.ts";
import { checkWhole } from "./settings.ts";

export interface TrimmedMeanOptions {
  /** f, the most updates that may be Byzantine. */
  readonly byzantine: number;
  /**
   * `paper` when absent. `alie-code`: the mean of the n - f - 1 values nearest to the median, as the code published
   * with Baruch et al. 2019 has it.
   */
  readonly variant?: "paper" | "alie-code";
}

/**
 * The trimmed mean (Yin, Chen, Ramchandran, Bartlett 2018, definition 2): of each entry the f lowest and the f
 * highest values are dropped and the others averaged. With f = 0 it is the mean.
 *
 * The cheap and usual choice when f is known. Forgeries inside the honest spread are averaged in (A Little Is
 * Enough), and an f set too low leaves it no better than the mean.
 *
 * @param updates n > 2f vectors of equal length d
 * @returns length d; cost O(n d log n), memory O(d) beside the updates
 * @throws RunError when there are too few updates, their lengths differ, or an entry is not finite
 * @throws InputError when a setting is impossible
 * @example trimmedMean(updates, { byzantine: 2 })
 */
export function trimmedMean(updates: readonly Float32Array[], options: TrimmedMeanOptions): Float32Array {
  return applyRule(trimmedMeanRule(options), updates).update;
}

/** {@link trimmedMean} as a round's rule. */
export function trimmedMeanRule({ byzantine, variant = "paper" }: TrimmedMeanOptions): Rule {
  checkWhole("byzantine", byzantine, 0);
  const majority = honestMajority(byzantine);
  if (variant === "paper") {
    return {
      kind: "trimmed-mean",
      ...majority,
      combine: ({ rows }) => ({ update: rankMean(rows, byzantine, rows.length - byzantine) }),
    };
  }
  return {
    kind: "trimmed-mean",
    ...strictest(majority, requires(byzantine, 1, 2)),
    combine: ({ rows }) => ({ update: nearestMean(rows, rows.length - byzantine - 1, "median") }),
  };
}
