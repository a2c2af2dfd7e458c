import { RunError } from "../../errors.ts";
import { gram } from "../../numeric/distances.ts";
import { weightedSum } from "../../numeric/weighted-sum.ts";
import type { Rule } from "../rule.ts";
import { applyRule, checkLength } from "./apply-rule.ts";

/**
 * FLTrust (Cao, Fang, Liu, Gong 2021, Algorithm 2): the server trains on a few examples of its own. An update is
 * trusted by the cosine between it and the server's, not at all where that is negative; it is scaled to the norm of
 * the server's, and the average is weighted by trust. Where nobody is trusted the result is zero.
 *
 * Take it where the server has clean examples like the clients'; then even a majority of attackers can be borne. It
 * is as good as those examples: from few or skewed ones it learns that skew, and forgeries that lean slightly to
 * the server's update keep some trust.
 *
 * @param updates n >= 1 vectors of equal length d
 * @param options.reference length d, the server's own update
 * @returns length d; cost O(n d), memory O(n + d) beside the updates
 * @throws RunError when there are no updates, lengths differ, or an entry is not finite
 * @example fltrust(updates, { reference })
 */
export function fltrust(
  updates: readonly Float32Array[],
  { reference }: { readonly reference: Float32Array },
): Float32Array {
  if (updates.length > 0) checkLength("The reference", reference, updates[0].length);
  return applyRule(fltrustRule(), updates, { reference }).update;
}

/** {@link fltrust} as a round's rule. It reports the rows with any trust, and the mean trust. */
export function fltrustRule(): Rule {
  return {
    kind: "fltrust",
    needs: 1,
    condition: "",
    usesReference: true,
    combine({ rows, reference }) {
      if (!reference) {
        throw new RunError(
          "aggregation.reference",
          "fltrust compares with the server's own update and got none.",
        );
      }
      const compared = rows.map((row) => compare(row, reference));
      const total = compared.reduce((sum, { trust }) => sum + trust, 0);
      const weights = compared.map(({ trust, scale }) => (trust === 0 ? 0 : (trust / total) * scale));
      return {
        update: weightedSum(rows, weights),
        selected: [...rows.keys()].filter((i) => compared[i].trust > 0),
        figures: { trust: total / rows.length },
      };
    },
  };
}

/** How far to trust an update, and what brings it to the reference's norm. */
function compare(update: Float32Array, reference: Float32Array): { trust: number; scale: number } {
  const [square, product, , referenceSquare] = gram([update, reference]);
  if (product <= 0) return { trust: 0, scale: 0 };
  const scale = Math.sqrt(referenceSquare / square);
  return { trust: product / Math.sqrt(square * referenceSquare), scale };
}
