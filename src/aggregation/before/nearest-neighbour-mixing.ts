import { squaredDistances } from "../../numeric/distances.ts";
import { checkUpdates } from "../rules/apply-rule.ts";
import { lowest } from "../rules/lowest.ts";
import { meanOf } from "../rules/mean-of.ts";
import { honestMajority, strictest } from "../rules/requirement.ts";
import { checkWhole } from "../rules/settings.ts";
import type { BeforeStep } from "./step.ts";

export interface NearestNeighbourMixingOptions {
  /** f, the most updates that may be Byzantine. */
  readonly byzantine: number;
}

/**
 * Nearest-neighbour mixing (Allouah, Farhadkhani, Guerraoui, Gupta, Pinot, Stephan 2023, Algorithm 2): every update
 * is replaced by the mean of the n - f updates nearest to it, itself included; the lower index among equals.
 *
 * Take it where clients' data differ: it brings honest updates together, and with any rule of the family behind it
 * the error is of the best possible order. It doubles the memory, and it mixes a forgery among honest updates into
 * nearly all of them.
 *
 * @param updates n > 2f vectors of equal length d
 * @returns n vectors of length d; cost O(n^2 d), memory O(n d)
 * @throws RunError when there are too few updates, their lengths differ, or an entry is not finite
 * @throws InputError when a setting is impossible
 * @example trimmedMean(nearestNeighbourMixing(updates, { byzantine: 2 }), { byzantine: 2 })
 */
export function nearestNeighbourMixing(
  updates: readonly Float32Array[],
  { byzantine }: NearestNeighbourMixingOptions,
): Float32Array[] {
  checkWhole("byzantine", byzantine, 0);
  checkUpdates({ kind: "nnm", ...honestMajority(byzantine) }, updates);
  return mix(updates, byzantine);
}

/** {@link nearestNeighbourMixing} before a rule. */
export function nearestNeighbourMixingStep({ byzantine }: NearestNeighbourMixingOptions): BeforeStep {
  checkWhole("byzantine", byzantine, 0);
  return {
    kind: "nnm",
    keepsClients: true,
    requires: (inner) => strictest(inner, honestMajority(byzantine)),
    apply: (rows) => ({ rows: mix(rows, byzantine) }),
  };
}

function mix(rows: readonly Float32Array[], byzantine: number): Float32Array[] {
  const n = rows.length;
  const distances = squaredDistances(rows);
  return rows.map((_, i) => meanOf(rows, lowest(distances.subarray(i * n, (i + 1) * n), n - byzantine)));
}
