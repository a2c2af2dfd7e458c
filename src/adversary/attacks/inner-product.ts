import type { Attack, ViewKind } from "../attack.ts";
import { checkOption, checkSeen } from "../checks.ts";
import { colluding, seenBy } from "../seen.ts";
import { meanOf, scaled } from "../spread.ts";

export interface InnerProductOptions {
  /**
   * epsilon > 0. Small ones keep the vector near the honest cluster, where Krum picks it; large ones move the mean
   * and rules like the median. 0.1 by default, as in Karimireddy, He and Jaggi 2022; ByzFL takes 2.
   */
  readonly epsilon?: number;
}

/**
 * Inner product manipulation (Xie, Koyejo and Gupta, "Fall of empires: breaking Byzantine-tolerant SGD by inner
 * product manipulation", UAI 2019): -epsilon * mean of the honest vectors, so that the combined vector and the
 * true gradient point away from each other.
 *
 * @param honest in the paper all honest vectors
 * @param options.byzantine m, colluders; all send the same vector
 * @throws InputError `adversary.rows`, `adversary.option`
 * @example innerProduct(honest, { byzantine: 2, epsilon: 0.1 })
 */
export function innerProduct(
  honest: readonly Float32Array[],
  options: InnerProductOptions & { readonly byzantine: number },
): Float32Array[] {
  const { byzantine, epsilon = 0.1 } = options;
  checkSeen(honest, byzantine);
  checkOption(epsilon > 0 && epsilon < Infinity, "epsilon", epsilon, "a finite number > 0");
  return colluding(scaled(meanOf(honest), -epsilon), byzantine);
}

/**
 * {@link innerProduct} as a run's attack.
 * @param options.view `omniscient` by default; with `own` the mean is that of the corrupted clients
 */
export function innerProductAttack(options: InnerProductOptions & { readonly view?: ViewKind } = {}): Attack {
  const { view = "omniscient", ...rest } = options;
  return {
    kind: "inner-product",
    view,
    forge: (round) => ({
      vectors: innerProduct(seenBy(view, round), { ...rest, byzantine: round.own.length }),
    }),
  };
}
