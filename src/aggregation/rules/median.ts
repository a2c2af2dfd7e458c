import { rankMean } from "../../numeric/sorted-columns.ts";
import type { Rule } from "../rule.ts";
import { applyRule } from "./apply-rule.ts";
import { honestMajority } from "./requirement.ts";
import { checkWhole } from "./settings.ts";

export interface MedianOptions {
  /** f, the most updates that may be Byzantine; it only says how many updates are needed. 0 when absent. */
  readonly byzantine?: number;
}

/**
 * The median of each entry (Yin, Chen, Ramchandran, Bartlett 2018, definition 1); of an even number of values the
 * midpoint of the middle two.
 *
 * Take it when f is unknown and fewer than half attack. It is slower to learn than the trimmed mean, and biased
 * when clients' data differ, because the entries' medians come from different clients; A Little Is Enough moves it
 * by about a standard deviation an entry.
 *
 * @param updates n > 2f vectors of equal length d
 * @returns length d; cost O(n d log n), memory O(d) beside the updates
 * @throws RunError when there are too few updates, their lengths differ, or an entry is not finite
 * @throws InputError when a setting is impossible
 * @example median(updates)
 */
export function median(updates: readonly Float32Array[], options: MedianOptions = {}): Float32Array {
  return applyRule(medianRule(options), updates).update;
}

/** {@link median} as a round's rule. */
export function medianRule({ byzantine = 0 }: MedianOptions = {}): Rule {
  checkWhole("byzantine", byzantine, 0);
  return {
    kind: "median",
    ...honestMajority(byzantine),
    combine: ({ rows }) => ({ update: columnMedian(rows) }),
  };
}

/** The median of each column of checked rows. */
export function columnMedian(rows: readonly Float32Array[]): Float32Array {
  const n = rows.length;
  return rankMean(rows, Math.ceil(n / 2) - 1, Math.floor(n / 2) + 1);
}
