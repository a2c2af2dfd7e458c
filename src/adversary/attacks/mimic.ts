import type { SimulationRandom } from "../../numeric/random.ts";
import type { Attack, Forgery } from "../attack.ts";
import { checkOption, checkSeen } from "../checks.ts";
import { colluding, seenBy } from "../seen.ts";
import { meanOf } from "../spread.ts";

/**
 * Mimic (Karimireddy, He and Jaggi, "Byzantine-robust learning on heterogeneous datasets via bucketing", ICLR 2022,
 * "the mimic attack"): every colluder sends a copy of one honest vector. Nothing about it is unusual, but where
 * clients' data differ one of them gets the weight of many.
 *
 * @param honest all honest vectors
 * @param options.byzantine m, colluders
 * @param options.row whom to copy; 0 by default, as in ByzFL
 * @throws InputError `adversary.rows`, `adversary.option`
 * @example mimic(honest, { byzantine: 2 })
 */
export function mimic(
  honest: readonly Float32Array[],
  options: { readonly byzantine: number; readonly row?: number },
): Float32Array[] {
  const { byzantine, row = 0 } = options;
  checkSeen(honest, byzantine);
  checkOption(row in honest, "row", row, `a whole number below ${honest.length}, the honest vectors`);
  return colluding(honest[row], byzantine);
}

export interface MimicOptions {
  /** Whom to copy, by place among the round's honest clients; 0 by default. A round with fewer: its last one. */
  readonly row?: number;
  /**
   * Instead of a fixed row: for so many rounds learn the direction in which honest vectors differ most, and from
   * then on copy the client that was furthest along it in the last of these rounds. Until then, who is so far.
   */
  readonly warmUp?: number;
}

/** What is learnt while warming up. */
export interface MimicState {
  /** Rounds learnt from. */
  readonly rounds: number;
  /** Mean of the honest vectors over the rounds, length d. */
  readonly mean: Float64Array;
  /** Length d, of norm 1. */
  readonly direction: Float64Array;
  /** Whom to copy. */
  readonly row: number;
}

/**
 * {@link mimic} as a run's attack. With `warmUp` it follows the top principal direction of the honest vectors by
 * Oja's rule, as the paper has it: cumulate <x_i - mean, direction> (x_i - mean), normalise, average over rounds.
 *
 * @throws InputError `adversary.option`
 */
export function mimicAttack(options: MimicOptions = {}): Attack<MimicState> {
  const { row = 0, warmUp = 0 } = options;
  checkOption(Number.isInteger(row) && row >= 0, "row", row, "a whole number >= 0");
  checkOption(Number.isInteger(warmUp) && warmUp >= 0, "warmUp", warmUp, "a whole number >= 0");
  return {
    kind: "mimic",
    view: "omniscient",
    forge(round, state): Forgery<MimicState> {
      const honest = seenBy("omniscient", round);
      const copy = (wanted: number): Float32Array[] =>
        mimic(honest, { byzantine: round.own.length, row: Math.min(wanted, honest.length - 1) });
      if (warmUp === 0) return { vectors: copy(row) };
      const learnt = state && state.rounds >= warmUp ? state : learn(honest, state, round.random);
      return { vectors: copy(learnt.row), state: learnt };
    },
  };
}

function learn(
  honest: readonly Float32Array[],
  state: MimicState | undefined,
  random: SimulationRandom,
): MimicState {
  checkSeen(honest, 0);
  const rounds = (state?.rounds ?? 0) + 1;
  const now = meanOf(honest);
  const mean = averaged(state?.mean ?? now, now, rounds);
  const before = state?.direction ?? normalised(now.map(() => random.normal()));
  const step = pull(honest, mean, before);
  // Vectors that are all alike pull nowhere.
  const direction = step.some((x) => x !== 0)
    ? normalised(averaged(before, normalised(step), rounds))
    : before;
  const reached = honest.map((vector) => dot(vector, direction));
  const row = reached.reduce((best, x, i) => (x > reached[best] ? i : best), 0);
  return { rounds, mean, direction, row };
}

/** The sum over i of <x_i - mean, direction> (x_i - mean). */
function pull(rows: readonly Float32Array[], mean: Float64Array, direction: Float64Array): Float64Array {
  const result = new Float64Array(mean.length);
  const offset = dot(mean, direction);
  for (const row of rows) {
    const reach = dot(row, direction) - offset;
    for (let j = 0; j < result.length; j++) result[j] += reach * (row[j] - mean[j]);
  }
  return result;
}

/** The mean over `rounds` rounds, from that of the rounds before and this round's. */
function averaged(before: Float64Array, now: Float64Array, rounds: number): Float64Array {
  return before.map((value, j) => value + (now[j] - value) / rounds);
}

function normalised(vector: Float64Array): Float64Array {
  const norm = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / norm);
}

function dot(a: Float32Array | Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < b.length; j++) sum += a[j] * b[j];
  return sum;
}
