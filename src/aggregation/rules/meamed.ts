import { nearestMean } from "../../numeric/sorted-columns.ts";
import type { Rule } from "../rule.ts";
import { applyRule } from "./apply-rule.ts";
import { honestMajority } from "./requirement.ts";
import { checkWhole } from "./settings.ts";

export interface MeamedOptions {
  /** f, the most updates that may be Byzantine. */
  readonly byzantine: number;
}

/**
 * The mean around the median (Xie, Koyejo, Gupta 2018, "Generalized Byzantine-tolerant SGD", section 3): of each
 * entry the mean of the n - f values nearest to the median; the lower value among equals.
 *
 * It trims where the outliers are, so it keeps more honest values than the trimmed mean when all attackers are on
 * one side. It fails like the trimmed mean: forgeries inside the honest spread are averaged in.
 *
 * @param updates n > 2f vectors of equal length d
 * @returns length d; cost O(n d log n), memory O(d) beside the updates
 * @throws RunError when there are too few updates, their lengths differ, or an entry is not finite
 * @throws InputError when a setting is impossible
 * @example meamed(updates, { byzantine: 2 })
 */
export function meamed(updates: readonly Float32Array[], options: MeamedOptions): Float32Array {
  return applyRule(meamedRule(options), updates).update;
}

/** {@link meamed} as a round's rule. */
export function meamedRule({ byzantine }: MeamedOptions): Rule {
  checkWhole("byzantine", byzantine, 0);
  return {
    kind: "meamed",
    ...honestMajority(byzantine),
    combine: ({ rows }) => ({ update: nearestMean(rows, rows.length - byzantine, "median") }),
  };
}
