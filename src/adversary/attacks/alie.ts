import { InputError } from "../../errors.ts";
import type { Attack, ViewKind } from "../attack.ts";
import { checkOption, checkSeen } from "../checks.ts";
import { normalQuantile } from "../normal-quantile.ts";
import { colluding, seenBy } from "../seen.ts";
import { along, type DegreesLost, spreadOf } from "../spread.ts";

export interface AlieOptions {
  /** How many deviations to go; `max` takes {@link alieZMax}. 1.5 by default, as in the paper's experiments. */
  readonly z?: number | "max";
  /** Which way, the same for every coordinate. -1 by default, as the authors have it; ByzFL and Blades take 1. */
  readonly sign?: -1 | 1;
  /** 0 by default, as the authors have it; 1 in ByzFL and Blades. */
  readonly ddof?: DegreesLost;
}

/**
 * A Little Is Enough (Baruch, Baruch and Goldberg, "A little is enough: circumventing defenses for distributed
 * learning", NeurIPS 2019, "Preventing convergence"): mean + sign * z * deviation, coordinate by coordinate. The
 * vector stays within the natural spread, so that honest clients further out make it look central.
 *
 * @param honest what the colluders see: in the paper only what the corrupted clients computed themselves
 * @param options.byzantine m, colluders; all send the same vector
 * @param options.participants n, for z = "max"; what is seen and the colluders by default
 * @throws InputError `adversary.rows`, `adversary.option`, `adversary.majority`
 * @example alie(own, { byzantine: own.length, participants: 51, z: "max" })
 */
export function alie(
  honest: readonly Float32Array[],
  options: AlieOptions & { readonly byzantine: number; readonly participants?: number },
): Float32Array[] {
  const { byzantine, participants = honest.length + byzantine, z = 1.5, sign = -1, ddof = 0 } = options;
  checkSeen(honest, byzantine);
  checkOption(z === "max" || Number.isFinite(z), "z", z, 'a number or "max"');
  const { mean, deviation } = spreadOf(honest, ddof);
  const reach = z === "max" ? alieZMax(participants, byzantine) : z;
  return colluding(along(mean, deviation, sign * reach), byzantine);
}

/**
 * {@link alie} as a run's attack.
 * @param options.view `own` by default, as in the paper; `omniscient` takes the spread of all honest clients
 */
export function alieAttack(options: AlieOptions & { readonly view?: ViewKind } = {}): Attack {
  const { view = "own", ...rest } = options;
  return {
    kind: "alie",
    view,
    forge: (round) => ({
      vectors: alie(seenBy(view, round), {
        ...rest,
        byzantine: round.own.length,
        participants: round.participants,
      }),
    }),
  };
}

/**
 * The furthest that the colluders can go and still find supporters: honest clients further out than they, enough
 * for a majority with them. With s = floor(n/2 + 1) - m supporters needed among n - m honest clients whose
 * values are normal, z_max = PhiInverse((n - m - s) / (n - m)) (the same paper, "Perturbation range"). It can be
 * negative when n is small.
 *
 * @param n participants
 * @param m colluders among them
 * @throws InputError `adversary.majority` when m >= floor(n/2 + 1), and for n <= 2: there is no largest z
 * @example alieZMax(50, 24) // 1.426...
 */
export function alieZMax(n: number, m: number): number {
  const majority = Math.floor(n / 2 + 1);
  if (m >= majority || n <= 2) {
    throw new InputError(
      "adversary.majority",
      `With ${m} corrupted of ${n} participants there is no largest z that keeps supporters: give z as a number.`,
    );
  }
  return normalQuantile((n - majority) / (n - m));
}
