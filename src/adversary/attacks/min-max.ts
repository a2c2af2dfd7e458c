import { squaredDistances } from "../../numeric/distances.ts";
import type { Attack, ViewKind } from "../attack.ts";
import { checkSeen } from "../checks.ts";
import { furthest, type Perturbation, perturbationLine } from "../perturbation.ts";
import { colluding, seenBy } from "../seen.ts";
import { along } from "../spread.ts";

export interface MinMaxOptions {
  /** `unit` by default. */
  readonly perturbation?: Perturbation;
}

/**
 * Min-Max (Shejwalkar and Houmansadr, "Manipulating the Byzantine: optimizing model poisoning attacks and defenses
 * for federated learning", NDSS 2021, AGR-agnostic attacks): mean + gamma * perturbation with the largest gamma
 * for which no honest vector is further from it than the two honest vectors that are furthest apart. The largest
 * gamma is a root of a quadratic for each honest vector, so no search is needed.
 *
 * @param honest what the colluders see: all honest vectors, or in the weaker threat model their own
 * @param options.byzantine m, colluders; all send the same vector
 * @throws InputError `adversary.rows`, `adversary.option`
 * @example minMax(honest, { byzantine: 2, perturbation: "std" })
 */
export function minMax(
  honest: readonly Float32Array[],
  options: MinMaxOptions & { readonly byzantine: number },
): Float32Array[] {
  const { byzantine, perturbation = "unit" } = options;
  checkSeen(honest, byzantine);
  const { mean, direction, steepness, slopes, squares } = perturbationLine(honest, perturbation);
  const diameter = squaredDistances(honest).reduce((most, square) => Math.max(most, square), 0);
  const gammas = squares.map((square, i) => furthest(square, slopes[i], steepness, diameter));
  const gamma = gammas.reduce((least, value) => Math.min(least, value));
  return colluding(along(mean, direction, gamma), byzantine);
}

/**
 * {@link minMax} as a run's attack.
 * @param options.view `omniscient` by default
 */
export function minMaxAttack(options: MinMaxOptions & { readonly view?: ViewKind } = {}): Attack {
  const { view = "omniscient", ...rest } = options;
  return {
    kind: "min-max",
    view,
    forge: (round) => ({
      vectors: minMax(seenBy(view, round), { ...rest, byzantine: round.own.length }),
    }),
  };
}
