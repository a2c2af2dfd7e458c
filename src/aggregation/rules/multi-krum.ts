import type { Conditions, Rule } from "../rule.ts";
import { applyRule, checkUpdates } from "./apply-rule.ts";
import { krumRequirement, scoreAll } from "./krum-scoring.ts";
import { lowest } from "./lowest.ts";
import { meanOf } from "./mean-of.ts";
import { type Requirement, strictest } from "./requirement.ts";
import { checkWhole } from "./settings.ts";

export interface MultiKrumOptions {
  /** f, the most updates that may be Byzantine. */
  readonly byzantine: number;
  /** How many updates are averaged; when absent n - f - 2, and n - f for the variant `byzfl`. */
  readonly keep?: number;
  /** Whose scores, see {@link KrumVariant}; `paper` when absent. */
  readonly variant?: "paper" | "byzfl";
  /** `paper` (n >= 2f + 3, and `keep` <= n - f - 2) when absent; `lenient`: 2f < n, and `keep` <= n - f. */
  readonly conditions?: Conditions;
}

/**
 * Multi-Krum (Blanchard, El Mhamdi, Guerraoui, Stainer 2017, section 4): the mean of the `keep` updates with the
 * lowest scores of Krum. The lower index among equals.
 *
 * The usual choice of the two: nearly as fast to learn as the mean when nobody attacks. Forgeries that stay within
 * the spread of the honest updates are averaged in, as with Krum; clients with rare data are left out round after
 * round.
 *
 * @param updates n >= 2f + 3 vectors of equal length d
 * @returns length d; cost O(n^2 d), memory O(n^2 + d) beside the updates
 * @throws RunError when there are too few updates, their lengths differ, or an entry is not finite
 * @throws InputError when a setting is impossible
 * @example multiKrum(updates, { byzantine: 2, keep: 5 })
 */
export function multiKrum(updates: readonly Float32Array[], options: MultiKrumOptions): Float32Array {
  return applyRule(multiKrumRule(options), updates).update;
}

/** The indices of the updates that {@link multiKrum} averages, the lowest score first. */
export function multiKrumSelection(updates: readonly Float32Array[], options: MultiKrumOptions): number[] {
  checkUpdates(multiKrumRule(options), updates);
  return select(updates, options);
}

/** {@link multiKrum} as a round's rule. It reports the averaged rows. */
export function multiKrumRule(options: MultiKrumOptions): Rule {
  return {
    kind: "multi-krum",
    ...requirement(options),
    combine({ rows }) {
      const selected = select(rows, options).sort((a, b) => a - b);
      return { update: meanOf(rows, selected), selected };
    },
  };
}

function requirement({ byzantine, keep, conditions = "paper" }: MultiKrumOptions): Requirement {
  const base = krumRequirement(byzantine, conditions);
  if (keep === undefined) return base;
  checkWhole("keep", keep, 1);
  const spare = conditions === "paper" ? byzantine + 2 : byzantine;
  return strictest(base, {
    needs: keep + spare,
    condition: `n >= keep + f${spare > byzantine ? " + 2" : ""}`,
  });
}

function select(
  rows: readonly Float32Array[],
  { byzantine, keep, variant = "paper" }: MultiKrumOptions,
): number[] {
  const honest = rows.length - byzantine;
  const most = variant === "paper" ? Math.max(1, honest - 2) : honest;
  return lowest(scoreAll(variant, rows, byzantine), keep ?? most);
}
