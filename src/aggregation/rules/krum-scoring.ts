import { squaredDistances } from "../../numeric/distances.ts";
import type { Conditions } from "../rule.ts";
import { type Neighbours, neighbourScores, neighboursOf } from "./neighbours.ts";
import { honestMajority, type Requirement, requires } from "./requirement.ts";
import { checkWhole } from "./settings.ts";

/**
 * Whose Krum: `paper` sums squared distances to n - f - 2 neighbours (Blanchard et al. 2017, section 4); `byzfl`
 * to n - f - 1, as that library does; `alie-code` sums plain distances to n - f neighbours, as the code published
 * with Baruch et al. 2019 does. They can choose different rows.
 */
export type KrumVariant = "paper" | "byzfl" | "alie-code";

const neighbourCounts: Readonly<Record<KrumVariant, (n: number, f: number) => number>> = {
  paper: (n, f) => n - f - 2,
  byzfl: (n, f) => n - f - 1,
  "alie-code": (n, f) => n - f,
};

/** How many neighbours count among n rows: at least 1, for Bulyan's last picks would run out of them. */
export function neighbourCount(variant: KrumVariant, n: number, byzantine: number): number {
  return Math.max(1, neighbourCounts[variant](n, byzantine));
}

/** The neighbours of each row in the variant's measure: O(n^2 d). */
export function krumNeighbours(variant: KrumVariant, rows: readonly Float32Array[]): Neighbours {
  const distances = squaredDistances(rows);
  return neighboursOf(variant === "alie-code" ? distances.map(Math.sqrt) : distances);
}

/** The score of each row among all of them. */
export function scoreAll(
  variant: KrumVariant,
  rows: readonly Float32Array[],
  byzantine: number,
): Float64Array {
  return neighbourScores(krumNeighbours(variant, rows), neighbourCount(variant, rows.length, byzantine));
}

/** What Krum and Multi-Krum ask for: n >= 2f + 3, of which 2f < n is left when lenient. */
export function krumRequirement(byzantine: number, conditions: Conditions): Requirement {
  checkWhole("byzantine", byzantine, 0);
  return conditions === "paper" ? requires(byzantine, 2, 3) : honestMajority(byzantine);
}
