import { RunError } from "../../errors.ts";
import { squaredDistances } from "../../numeric/distances.ts";
import type { Rule } from "../rule.ts";
import { applyRule } from "./apply-rule.ts";
import { meanOf } from "./mean-of.ts";
import { honestMajority } from "./requirement.ts";
import { checkWhole } from "./settings.ts";

export interface MdaOptions {
  /** f, the most updates that may be Byzantine. */
  readonly byzantine: number;
}

/** More subsets than this are refused: some seconds at worst. */
const MOST_SUBSETS = 1_000_000;

/**
 * Minimum diameter averaging (El Mhamdi, Guerraoui, Guirguis, Hoang, Rouault 2020, section 3; after Rousseeuw
 * 1985): the mean of the n - f updates whose largest distance among each other is smallest; the first such subset
 * among equals, of which there are often many, for two rows alone make the diameter.
 *
 * Take it for few clients, where its guarantee is among the best. The search is exponential, C(n, f) subsets, and a
 * forgery as near as an honest update is kept.
 *
 * @param updates n > 2f vectors of equal length d, with C(n, f) of at most a million
 * @returns length d; cost O(n^2 d + C(n, f)), memory O(n^2 + d) beside the updates
 * @throws RunError when there are too few updates or too many subsets, lengths differ, or an entry is not finite
 * @throws InputError when a setting is impossible
 * @example mda(updates, { byzantine: 2 })
 */
export function mda(updates: readonly Float32Array[], options: MdaOptions): Float32Array {
  return applyRule(mdaRule(options), updates).update;
}

/** {@link mda} as a round's rule. It reports the averaged rows. */
export function mdaRule({ byzantine }: MdaOptions): Rule {
  checkWhole("byzantine", byzantine, 0);
  return {
    kind: "mda",
    ...honestMajority(byzantine),
    combine({ rows }) {
      checkSubsets(rows.length, byzantine);
      const selected = tightestSubset(squaredDistances(rows), rows.length - byzantine);
      return { update: meanOf(rows, selected), selected };
    },
  };
}

function checkSubsets(n: number, byzantine: number): void {
  let subsets = 1;
  for (let k = 1; k <= byzantine; k++) subsets *= (n - byzantine + k) / k;
  if (subsets <= MOST_SUBSETS) return;
  throw new RunError(
    "aggregation.subsets",
    `mda would search ${subsets.toPrecision(2)} subsets of ${n} updates, more than ${MOST_SUBSETS}: lower byzantine, select fewer clients, or take multi-krum.`,
  );
}

/**
 * The first of the subsets of `size` rows with the smallest diameter. Subsets are built in lexicographic order, and
 * one that is already as wide as the best is not continued.
 */
function tightestSubset(distances: Float64Array, size: number): number[] {
  const n = Math.sqrt(distances.length);
  const chosen: number[] = [];
  let best: number[] = [];
  let smallest = Number.POSITIVE_INFINITY;

  const extend = (from: number, diameter: number): void => {
    if (chosen.length === size) {
      best = [...chosen];
      smallest = diameter;
      return;
    }
    for (let i = from; i <= n - size + chosen.length; i++) {
      let wider = diameter;
      for (const j of chosen) wider = Math.max(wider, distances[i * n + j]);
      if (wider >= smallest) continue;
      chosen.push(i);
      extend(i + 1, wider);
      chosen.pop();
    }
  };
  extend(0, 0);
  return best;
}
