import { squaredNorms } from "../../numeric/distances.ts";
import { checkUpdates } from "../rules/apply-rule.ts";
import { checkNorm, medianNorm, type NormOptions } from "../rules/clip-factors.ts";
import { shorten } from "./shorten.ts";
import type { BeforeStep } from "./step.ts";

/**
 * Clipping to a norm: x_i min(1, norm / ||x_i||), as {@link normClip} does before its mean.
 *
 * Take it before a rule that length can mislead. It changes no direction, so it stops no attacker by itself, and a
 * norm that suits early rounds is too large later.
 *
 * @param updates n >= 1 vectors of equal length d
 * @returns n vectors; those that are short enough are the same arrays. Cost O(n d), memory d for each clipped one
 * @throws RunError when there are no updates, their lengths differ, or an entry is not finite
 * @throws InputError when a setting is impossible
 * @example median(clip(updates, { norm: 2 }))
 */
export function clip(updates: readonly Float32Array[], options: NormOptions = {}): readonly Float32Array[] {
  checkNorm(options);
  checkUpdates({ kind: "clip", needs: 1, condition: "" }, updates);
  return clipRows(updates, options).rows;
}

/** {@link clip} before a rule. It reports the norm and how many rows were clipped. */
export function clipStep(options: NormOptions = {}): BeforeStep {
  checkNorm(options);
  return {
    kind: "clip",
    keepsClients: true,
    requires: (inner) => inner,
    apply: (rows) => clipRows(rows, options),
  };
}

function clipRows(rows: readonly Float32Array[], { norm }: NormOptions) {
  const squares = squaredNorms(rows);
  return shorten(rows, squares, norm ?? medianNorm(squares));
}
