import { squaredNorms } from "../../numeric/distances.ts";
import type { Attack } from "../attack.ts";
import { checkOption, checkSeen } from "../checks.ts";
import { scaled } from "../spread.ts";

export interface ModelReplacementOptions {
  /** What the server multiplies the mean update by, its step. 1 by default. */
  readonly rate?: number;
  /** A bound S > 0 on an update's length that the server is known to enforce: scale to it and no further. */
  readonly norm?: number;
}

/**
 * Model replacement (Bagdasaryan, Veit, Hua, Estrin and Shmatikov, "How to backdoor federated learning", AISTATS
 * 2020). The server steps from G to G + rate / n * sum(L_i - G). Whoever wants it at X, and takes the honest
 * clients' updates to cancel, sends L = G + gamma (X - G) with gamma = n / rate. Here m colluders share the
 * boost: gamma = n / (rate * m). With a norm bound S each sends gamma = S / |X - G| instead (train-and-scale).
 *
 * @param poisoned what each corrupted client has after training on poisoned examples, G - X; length d each
 * @param options.participants n, all clients whose updates are averaged
 * @returns one vector for each of `poisoned`
 * @throws InputError `adversary.rows`, `adversary.option`
 * @example modelReplacement([backdoored], { participants: 10 })
 */
export function modelReplacement(
  poisoned: readonly Float32Array[],
  options: ModelReplacementOptions & { readonly participants: number },
): Float32Array[] {
  const { participants, rate = 1, norm } = options;
  checkSeen(poisoned, poisoned.length);
  checkOption(rate > 0 && rate < Infinity, "rate", rate, "a finite number > 0");
  checkOption(norm === undefined || (norm > 0 && norm < Infinity), "norm", norm, "a finite number > 0");
  const boost = participants / (rate * poisoned.length);
  return poisoned.map((vector) => scaled(vector, norm === undefined ? boost : norm / lengthOf(vector)));
}

/** {@link modelReplacement} as a run's attack; worth something when the corrupted clients' data are poisoned. */
export function modelReplacementAttack(options: ModelReplacementOptions = {}): Attack {
  return {
    kind: "model-replacement",
    view: "own",
    forge: ({ own, participants }) => ({ vectors: modelReplacement(own, { ...options, participants }) }),
  };
}

/** 1 for the zero vector, which no factor lengthens. */
function lengthOf(vector: Float32Array): number {
  return Math.sqrt(squaredNorms([vector])[0]) || 1;
}
