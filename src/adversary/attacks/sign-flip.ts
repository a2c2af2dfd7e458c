import type { Attack, ViewKind } from "../attack.ts";
import { checkOption, checkSeen } from "../checks.ts";
import { colluding, seenBy } from "../seen.ts";
import { meanOf, scaled } from "../spread.ts";

export interface SignFlipOptions {
  /** c >= 0; 1 by default, and 10 is common. */
  readonly factor?: number;
}

/**
 * Sign flipping by colluders, as ByzFL has it (Allen-Zhu, Ebrahimianghazani, Li and Alistarh, "Byzantine-resilient
 * non-convex stochastic gradient descent", ICLR 2021): -c * mean of what is seen.
 *
 * @param honest what the colluders see
 * @param options.byzantine m, colluders
 * @throws InputError `adversary.rows`, `adversary.option`
 * @example signFlip(honest, { byzantine: 2 })
 */
export function signFlip(
  honest: readonly Float32Array[],
  options: SignFlipOptions & { readonly byzantine: number },
): Float32Array[] {
  const { byzantine, factor = 1 } = options;
  checkSeen(honest, byzantine);
  checkFactor(factor);
  return colluding(scaled(meanOf(honest), -factor), byzantine);
}

/**
 * Sign flipping as a run's attack. With `own`, the default view, nobody colludes: each corrupted client sends -c
 * times what it computed itself (Li, Xu, Chen, Giannakis and Ling, "RSA: Byzantine-robust stochastic aggregation
 * methods", AAAI 2019, experiments). With `omniscient` all send {@link signFlip} of the honest vectors.
 *
 * @throws InputError `adversary.option`
 */
export function signFlipAttack(options: SignFlipOptions & { readonly view?: ViewKind } = {}): Attack {
  const { view = "own", factor = 1 } = options;
  checkFactor(factor);
  return {
    kind: "sign-flip",
    view,
    forge: (round) => ({
      vectors:
        view === "own"
          ? round.own.map((vector) => scaled(vector, -factor))
          : signFlip(seenBy(view, round), { factor, byzantine: round.own.length }),
    }),
  };
}

function checkFactor(factor: number): void {
  checkOption(factor >= 0 && factor < Infinity, "factor", factor, "a finite number >= 0");
}
