import { squaredDistances } from "../../numeric/distances.ts";
import type { Attack, ViewKind } from "../attack.ts";
import { checkSeen } from "../checks.ts";
import { furthest, type Perturbation, perturbationLine } from "../perturbation.ts";
import { colluding, seenBy } from "../seen.ts";
import { along } from "../spread.ts";

export interface MinSumOptions {
  /** `unit` by default. */
  readonly perturbation?: Perturbation;
}

/**
 * Min-Sum (Shejwalkar and Houmansadr, "Manipulating the Byzantine: optimizing model poisoning attacks and defenses
 * for federated learning", NDSS 2021, AGR-agnostic attacks): mean + gamma * perturbation with the largest gamma
 * for which its squared distances to the honest vectors add up to no more than those of the honest vector that is
 * furthest from the others. gamma is a root of one quadratic.
 *
 * @param honest what the colluders see: all honest vectors, or in the weaker threat model their own
 * @param options.byzantine m, colluders; all send the same vector
 * @throws InputError `adversary.rows`, `adversary.option`
 * @example minSum(honest, { byzantine: 2 })
 */
export function minSum(
  honest: readonly Float32Array[],
  options: MinSumOptions & { readonly byzantine: number },
): Float32Array[] {
  const { byzantine, perturbation = "unit" } = options;
  checkSeen(honest, byzantine);
  const n = honest.length;
  const { mean, direction, steepness, slopes, squares } = perturbationLine(honest, perturbation);
  const distances = squaredDistances(honest);
  const bound = Math.max(...honest.map((_, i) => sum(distances.subarray(i * n, (i + 1) * n))));
  const gamma = furthest(sum(squares), sum(slopes), n * steepness, bound);
  return colluding(along(mean, direction, gamma), byzantine);
}

/**
 * {@link minSum} as a run's attack.
 * @param options.view `omniscient` by default
 */
export function minSumAttack(options: MinSumOptions & { readonly view?: ViewKind } = {}): Attack {
  const { view = "omniscient", ...rest } = options;
  return {
    kind: "min-sum",
    view,
    forge: (round) => ({
      vectors: minSum(seenBy(view, round), { ...rest, byzantine: round.own.length }),
    }),
  };
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
