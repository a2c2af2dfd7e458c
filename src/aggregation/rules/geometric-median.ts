import { squaredDistancesTo } from "../../numeric/distances.ts";
import { weightedSum } from "../../numeric/weighted-sum.ts";
import type { Rule } from "../rule.ts";
import { applyRule } from "./apply-rule.ts";
import { geometricMedianWeights } from "./geometric-median-weights.ts";
import { meanOf } from "./mean-of.ts";
import { columnMedian } from "./median.ts";
import { productsFrom } from "./products-from.ts";
import { honestMajority } from "./requirement.ts";
import { checkWhole } from "./settings.ts";

export interface GeometricMedianOptions {
  /** f, the most updates that may be Byzantine; it only says how many updates are needed. 0 when absent. */
  readonly byzantine?: number;
  /**
   * `exact` when absent: to convergence, from the median of each entry. `rfa`: at most 4 iterations from the mean,
   * smoothed by 1e-5, ending when the sum of distances changes by less than a millionth (Pillutla, Kakade,
   * Harchaoui 2022, Algorithm 2, with the settings of its authors' code). `byzfl`: 3 iterations from zero, smoothed
   * by 0.1, as that library does.
   */
  readonly preset?: "exact" | "rfa" | "byzfl";
}

/** Settings of the iteration of Weiszfeld in the presets that do not run to convergence. */
const presets = {
  rfa: { iterations: 4, smoothing: 1e-5, tolerance: 1e-6, start: meanOfAll },
  byzfl: { iterations: 3, smoothing: 0.1, tolerance: 0, start: zero },
};
type Preset = (typeof presets)["rfa"];

/**
 * The geometric median: the point whose summed distance to all updates is least (Weiszfeld 1937; as robust
 * aggregation Pillutla, Kakade, Harchaoui 2022, "RFA"). Its iteration is z <- sum(w_i x_i) / sum(w_i) with
 * w_i = 1 / max(smoothing, ||x_i - z||).
 *
 * Take it when f is unknown: it stands up to just under half, is bent less than the median of each entry by clients
 * whose data differ, and turns with the coordinates. A Little Is Enough moves it like the other medians. The presets
 * that stop early are for comparisons: from zero or a captured mean they end far off.
 *
 * @param updates n > 2f vectors of equal length d
 * @returns length d; cost O(n^2 d) for `exact`, O(n d) an iteration for the others; memory O(n^2 + d)
 * @throws RunError when there are too few updates, their lengths differ, or an entry is not finite
 * @throws InputError when a setting is impossible
 * @example geometricMedian(updates)
 */
export function geometricMedian(
  updates: readonly Float32Array[],
  options: GeometricMedianOptions = {},
): Float32Array {
  return applyRule(geometricMedianRule(options), updates).update;
}

/** {@link geometricMedian} as a round's rule. */
export function geometricMedianRule({ byzantine = 0, preset = "exact" }: GeometricMedianOptions = {}): Rule {
  checkWhole("byzantine", byzantine, 0);
  return {
    kind: "geometric-median",
    ...honestMajority(byzantine),
    combine: ({ rows }) => ({
      update: preset === "exact" ? exactMedian(rows) : weiszfeld(rows, presets[preset]),
    }),
  };
}

function exactMedian(rows: readonly Float32Array[]): Float32Array {
  const start = columnMedian(rows);
  const weights = geometricMedianWeights(productsFrom(start, rows));
  return weights.some((weight) => weight > 0) ? weightedSum(rows, weights) : start;
}

function weiszfeld(rows: readonly Float32Array[], preset: Preset): Float32Array {
  let center = preset.start(rows);
  let before = Number.POSITIVE_INFINITY;
  for (let iteration = 0; iteration < preset.iterations; iteration++) {
    const distances = squaredDistancesTo(rows, center).map(Math.sqrt);
    const objective = distances.reduce((sum, distance) => sum + distance);
    if (Math.abs(before - objective) < preset.tolerance * objective) break;
    before = objective;
    const weights = distances.map((distance) => 1 / Math.max(preset.smoothing, distance));
    const total = weights.reduce((sum, weight) => sum + weight);
    center = weightedSum(
      rows,
      weights.map((weight) => weight / total),
    );
  }
  return center;
}

function meanOfAll(rows: readonly Float32Array[]): Float32Array {
  return meanOf(rows, [...rows.keys()]);
}

function zero(rows: readonly Float32Array[]): Float32Array {
  return new Float32Array(rows[0].length);
}
