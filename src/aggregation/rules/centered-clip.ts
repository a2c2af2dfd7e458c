import { squaredDistancesTo } from "../../numeric/distances.ts";
import { weightedSum } from "../../numeric/weighted-sum.ts";
import type { Rule } from "../rule.ts";
import { applyRule, checkLength } from "./apply-rule.ts";
import { clipFactors, countClipped } from "./clip-factors.ts";
import { columnMedian } from "./median.ts";
import { honestMajority } from "./requirement.ts";
import { checkPositive, checkWhole } from "./settings.ts";

export interface CenteredClipOptions {
  /** tau > 0, how far from the centre an update counts in full; in the units of the updates. */
  readonly radius: number;
  /** L, how often the centre moves in a round; 1 when absent. */
  readonly iterations?: number;
  /** The centre of the first round, `median` when absent; `zero` is the paper's. */
  readonly start?: "median" | "zero";
  /** f, the most updates that may be Byzantine; it only says how many updates are needed. 0 when absent. */
  readonly byzantine?: number;
}

/**
 * Centred clipping (Karimireddy, He, Jaggi 2021, Algorithm 2): v <- v + mean((x_i - v) min(1, tau / ||x_i - v||)),
 * L times, from the result of the round before. No update moves the centre by more than tau / n.
 *
 * Take it for many rounds, with clients that send momentum: it remembers, so it stands up to attacks that are small
 * in each round and always in one direction. A radius too large leaves the mean, one too small hardly moves, and
 * the right one changes as training goes on. The first round starts from the median of each entry, because a centre
 * taken from the mean can be captured by one huge update.
 *
 * @param updates n > 2f vectors of equal length d; the proof asks for about n >= 10f
 * @param options.center length d, the result of the round before, if there was one
 * @returns length d; cost O(n d L), memory O(n + d) beside the updates
 * @throws RunError when there are too few updates, lengths differ, or an entry is not finite
 * @throws InputError when a setting is impossible
 * @example centeredClip(updates, { radius: 10, iterations: 3 })
 */
export function centeredClip(
  updates: readonly Float32Array[],
  { center, ...options }: CenteredClipOptions & { readonly center?: Float32Array },
): Float32Array {
  if (center && updates.length > 0) checkLength("The centre", center, updates[0].length);
  return applyRule(centeredClipRule(options), updates, { ...(center && { state: center }) }).update;
}

/** {@link centeredClip} as a round's rule. Its state is the centre; it reports how many rows were clipped at last. */
export function centeredClipRule({
  radius,
  iterations = 1,
  start = "median",
  byzantine = 0,
}: CenteredClipOptions): Rule<Float32Array> {
  checkPositive("radius", radius);
  checkWhole("iterations", iterations, 1);
  checkWhole("byzantine", byzantine, 0);
  return {
    kind: "centered-clip",
    ...honestMajority(byzantine),
    combine({ rows, state }) {
      let center = state ?? (start === "zero" ? new Float32Array(rows[0].length) : columnMedian(rows));
      let clipped = 0;
      for (let iteration = 0; iteration < iterations; iteration++) {
        const factors = clipFactors(squaredDistancesTo(rows, center), radius);
        clipped = countClipped(factors);
        center = moved(center, rows, factors);
      }
      return { update: center, state: center, figures: { clipped } };
    },
  };
}

/** v + mean(factor_i (x_i - v)), as one weighted sum. */
function moved(center: Float32Array, rows: readonly Float32Array[], factors: Float64Array): Float32Array {
  const weights = factors.map((factor) => factor / rows.length);
  const total = weights.reduce((sum, weight) => sum + weight);
  return weightedSum([...rows, center], [...weights, 1 - total]);
}
