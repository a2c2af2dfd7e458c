/**
 * What a sum with Skellam noise gives away (Agarwal, Kairouz and Liu, "The Skellam Mechanism for Differentially Private
 * Federated Learning", NeurIPS 2021, arXiv 2110.04995).
 */
import type { RenyiCurve } from "./renyi.ts";

/** By how much one client can change a sum of whole numbers, in the norms L1 and L2. */
export interface Sensitivity {
  readonly l1: number;
  readonly l2: number;
}

/**
 * The paper's bound on the Renyi divergence of the multi-dimensional mechanism, for whole orders > 1:
 * order l2^2 / (2 mu) + min(((2 order - 1) l2^2 + 6 l1) / (4 mu^2), 3 l1 / (2 mu)).
 *
 * @param variance mu of the noise in each coordinate
 */
export function skellamCurve(variance: number, { l1, l2 }: Sensitivity): RenyiCurve {
  const squared = l2 * l2;
  return (order) =>
    (order * squared) / (2 * variance) +
    Math.min(((2 * order - 1) * squared + 6 * l1) / (4 * variance * variance), (3 * l1) / (2 * variance));
}

/**
 * Of a vector of at most this L2 norm whose entries were rounded up or down to whole numbers, whichever way: each moves
 * by less than 1. The L1 norm follows from the number of entries, and of whole numbers also from their squares.
 */
export function roundedSensitivity(norm: number, dimension: number): Sensitivity {
  const l2 = norm + Math.sqrt(dimension);
  return { l2, l1: Math.min(Math.sqrt(dimension) * l2, l2 * l2) };
}
