import { weightedSum } from "../../numeric/weighted-sum.ts";
import type { Rule } from "../rule.ts";
import { applyRule } from "./apply-rule.ts";
import { geometricMedianWeights } from "./geometric-median-weights.ts";
import { columnMedian } from "./median.ts";
import { productsFrom } from "./products-from.ts";
import { checkWhole } from "./settings.ts";

export interface MedianOfMeansOptions {
  /** f, the most updates that may be Byzantine. */
  readonly byzantine: number;
  /** k, the number of groups, above 2f; when absent 1 for f = 0, and otherwise 2.2 f rounded up. */
  readonly groups?: number;
}

/**
 * The geometric median of means (Chen, Su, Xu 2017, Algorithm 2): the updates are cut, in their order, into k > 2f
 * groups of nearly equal size, and the geometric median of the groups' means is taken; here to convergence. Group
 * i holds updates floor(i n / k) to floor((i + 1) n / k) - 1.
 *
 * Take it for many clients with alike data and few attackers: with k near n it is the geometric median, with k = 1
 * the mean. Every Byzantine update spoils a group of honest ones, and groups follow the order of names, so who can
 * choose names can spread out.
 *
 * @param updates n >= k vectors of equal length d
 * @returns length d; cost O(n^2 d), memory O(n^2 + d) beside the updates
 * @throws RunError when there are too few updates, their lengths differ, or an entry is not finite
 * @throws InputError when a setting is impossible
 * @example medianOfMeans(updates, { byzantine: 2, groups: 5 })
 */
export function medianOfMeans(updates: readonly Float32Array[], options: MedianOfMeansOptions): Float32Array {
  return applyRule(medianOfMeansRule(options), updates).update;
}

/** {@link medianOfMeans} as a round's rule. */
export function medianOfMeansRule(options: MedianOfMeansOptions): Rule {
  const { byzantine } = options;
  checkWhole("byzantine", byzantine, 0);
  const groups = options.groups ?? Math.max(1, Math.ceil((11 * byzantine) / 5));
  checkWhole("groups", groups, 2 * byzantine + 1);
  return {
    kind: "median-of-means",
    needs: groups,
    condition: groups > 1 ? "n >= groups" : "",
    combine: ({ rows }) => ({ update: combine(rows, groups) }),
  };
}

/** The means are never formed: their products are means of the rows' products. */
function combine(rows: readonly Float32Array[], groups: number): Float32Array {
  const n = rows.length;
  const members = Array.from({ length: groups }, (_, b) => {
    const [from, to] = [Math.floor((b * n) / groups), Math.floor(((b + 1) * n) / groups)];
    return Array.from({ length: to - from }, (_, k) => from + k);
  });
  const start = columnMedian(rows);
  const products = productsFrom(start, rows);
  const meanProduct = (a: readonly number[], b: readonly number[]) => {
    let sum = 0;
    for (const i of a) for (const j of b) sum += products[i * n + j];
    return sum / (a.length * b.length);
  };
  const weights = geometricMedianWeights(
    Float64Array.from(members.flatMap((a) => members.map((b) => meanProduct(a, b)))),
  );
  const total = weights.reduce((sum, weight) => sum + weight);
  const rowWeights = members.flatMap((group, b) => group.map(() => weights[b] / group.length));
  return weightedSum([...rows, start], [...rowWeights, 1 - total]);
}
