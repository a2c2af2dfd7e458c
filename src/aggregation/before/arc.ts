import { squaredNorms } from "../../numeric/distances.ts";
import { checkUpdates } from "../rules/apply-rule.ts";
import { honestMajority, strictest } from "../rules/requirement.ts";
import { checkWhole } from "../rules/settings.ts";
import { shorten } from "./shorten.ts";
import type { BeforeStep } from "./step.ts";

export interface ArcOptions {
  /** f, the most updates that may be Byzantine. */
  readonly byzantine: number;
}

/**
 * Adaptive robust clipping (Allouah, Guerraoui, Gupta, Jellouli, Rizk, Stephan 2025, Algorithm 2): the
 * k = floor(2 (f / n) (n - f)) longest updates are clipped to the norm of the longest of the others.
 *
 * Take it before a robust rule where clients' data differ: it needs no norm to be chosen and does not undo the
 * rule's guarantee. Before the mean it is no defence against direction.
 *
 * @param updates n > 2f vectors of equal length d
 * @returns n vectors; those that are short enough are the same arrays. Cost O(n d), memory d for each clipped one
 * @throws RunError when there are too few updates, their lengths differ, or an entry is not finite
 * @throws InputError when a setting is impossible
 * @example median(arc(updates, { byzantine: 2 }))
 */
export function arc(updates: readonly Float32Array[], { byzantine }: ArcOptions): readonly Float32Array[] {
  checkWhole("byzantine", byzantine, 0);
  checkUpdates({ kind: "arc", ...honestMajority(byzantine) }, updates);
  return clipLongest(updates, byzantine).rows;
}

/** {@link arc} before a rule. It reports the norm and how many rows were clipped. */
export function arcStep({ byzantine }: ArcOptions): BeforeStep {
  checkWhole("byzantine", byzantine, 0);
  return {
    kind: "arc",
    keepsClients: true,
    requires: (inner) => strictest(inner, honestMajority(byzantine)),
    apply: (rows) => clipLongest(rows, byzantine),
  };
}

function clipLongest(rows: readonly Float32Array[], byzantine: number) {
  const n = rows.length;
  const squares = squaredNorms(rows);
  const longest = Math.floor((2 * byzantine * (n - byzantine)) / n);
  return shorten(rows, squares, Math.sqrt(squares.toSorted()[n - longest - 1]));
}
