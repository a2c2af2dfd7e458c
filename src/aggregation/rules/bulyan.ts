import { nearestMean } from "../../numeric/sorted-columns.ts";
import type { Conditions, Rule } from "../rule.ts";
import { applyRule, checkUpdates } from "./apply-rule.ts";
import { krumNeighbours, neighbourCount } from "./krum-scoring.ts";
import { lowest } from "./lowest.ts";
import { neighbourScores } from "./neighbours.ts";
import { requires } from "./requirement.ts";
import { checkWhole } from "./settings.ts";

export interface BulyanOptions {
  /** f, the most updates that may be Byzantine. */
  readonly byzantine: number;
  /**
   * `paper` when absent: Krum of the paper, and n - 4f values of each column. `alie-code`: Krum with plain distances
   * to n - f neighbours, and n - 4f - 1 values, as the code published with Baruch et al. 2019 has it.
   */
  readonly variant?: "paper" | "alie-code";
  /** `paper` (n >= 4f + 3) when absent; `lenient` asks only for what leaves a value to average. */
  readonly conditions?: Conditions;
}

/**
 * Bulyan (El Mhamdi, Guerraoui, Rouault 2018, section 4): n - 2f updates are chosen by Krum, each among those that
 * are left; then each entry is the mean of the n - 4f values nearest to the median of the chosen ones. The lower
 * index, and the lower value, among equals.
 *
 * Take it when d is large and single entries could be poisoned, and there are clients enough: at most a quarter may
 * be Byzantine. Forgeries within the honest spread are still chosen and still move each entry by about a standard
 * deviation (A Little Is Enough).
 *
 * @param updates n >= 4f + 3 vectors of equal length d
 * @returns length d; cost O(n^2 d), memory O(n^2 + d) beside the updates
 * @throws RunError when there are too few updates, their lengths differ, or an entry is not finite
 * @throws InputError when a setting is impossible
 * @example bulyan(updates, { byzantine: 2 })
 */
export function bulyan(updates: readonly Float32Array[], options: BulyanOptions): Float32Array {
  return applyRule(bulyanRule(options), updates).update;
}

/** The indices of the n - 2f updates from which {@link bulyan} takes its values, in the order of choice. */
export function bulyanSelection(updates: readonly Float32Array[], options: BulyanOptions): number[] {
  checkUpdates(bulyanRule(options), updates);
  return select(updates, options);
}

/** {@link bulyan} as a round's rule. It reports the chosen rows. */
export function bulyanRule(options: BulyanOptions): Rule {
  const { byzantine, variant = "paper", conditions = "paper" } = options;
  checkWhole("byzantine", byzantine, 0);
  const unused = variant === "paper" ? 0 : 1;
  return {
    kind: "bulyan",
    ...requires(byzantine, 4, conditions === "paper" ? 3 : 1 + unused),
    combine({ rows }) {
      const selected = select(rows, options).sort((a, b) => a - b);
      const picked = selected.map((i) => rows[i]);
      return { update: nearestMean(picked, picked.length - 2 * byzantine - unused, "median"), selected };
    },
  };
}

/** Krum, again and again among those that are left: O(n^2 d), and O(n^3) steps that look at no row. */
function select(rows: readonly Float32Array[], { byzantine, variant = "paper" }: BulyanOptions): number[] {
  const neighbours = krumNeighbours(variant, rows);
  const removed = new Uint8Array(rows.length);
  return Array.from({ length: rows.length - 2 * byzantine }, (_, picks) => {
    const count = neighbourCount(variant, rows.length - picks, byzantine);
    const [pick] = lowest(neighbourScores(neighbours, count, removed), 1);
    removed[pick] = 1;
    return pick;
  });
}
