import type { SimulationRandom } from "../../numeric/random.ts";
import type { Attack } from "../attack.ts";
import { checkOption, checkSeen } from "../checks.ts";
import { meanOf } from "../spread.ts";

export interface GaussianNoiseOptions {
  /** Centre of the noise: a number for every coordinate, or the mean of what is seen. 0 by default, as in ByzFL. */
  readonly center?: number | "mean";
  /** Standard deviation >= 0. 1 by default, as in ByzFL. */
  readonly deviation?: number;
}

/**
 * Gaussian noise (Blanchard, El Mhamdi, Guerraoui and Stainer, "Machine learning with adversaries: Byzantine
 * tolerant gradient descent", NeurIPS 2017, experiments): every coordinate from N(center, deviation^2). Nobody
 * colludes: each corrupted client draws its own.
 *
 * @param honest gives the length, and the mean where it is the centre
 * @param options.byzantine m, corrupted clients
 * @param options.random the same stream gives the same noise
 * @throws InputError `adversary.rows`, `adversary.option`
 * @example gaussianNoise(own, { byzantine: 2, deviation: 10, random: SimulationRandom.fromSeed(7) })
 */
export function gaussianNoise(
  honest: readonly Float32Array[],
  options: GaussianNoiseOptions & { readonly byzantine: number; readonly random: SimulationRandom },
): Float32Array[] {
  const { byzantine, random, center = 0, deviation = 1 } = options;
  checkSeen(honest, byzantine);
  checkOption(center === "mean" || Number.isFinite(center), "center", center, 'a number or "mean"');
  checkOption(deviation >= 0 && deviation < Infinity, "deviation", deviation, "a finite number >= 0");
  const centers = center === "mean" ? meanOf(honest) : new Float64Array(honest[0].length).fill(center);
  return Array.from({ length: byzantine }, (_, client) => {
    const draws = random.stream("noise", client);
    const vector = new Float32Array(centers.length);
    for (let j = 0; j < vector.length; j++) vector[j] = centers[j] + deviation * draws.normal();
    return vector;
  });
}

/** {@link gaussianNoise} as a run's attack; it needs nobody else's vectors. */
export function gaussianNoiseAttack(options: GaussianNoiseOptions = {}): Attack {
  return {
    kind: "gaussian-noise",
    view: "own",
    forge: ({ own, random }) => ({
      vectors: gaussianNoise(own, { ...options, byzantine: own.length, random }),
    }),
  };
}
