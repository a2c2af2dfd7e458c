import { applyMasks, type Mask } from "../../numeric/field31-masks.ts";
import type { Cryptography } from "../cryptography.ts";
import { maskKey, pairSeed, pairSign } from "./masks.ts";
import type { Plan } from "./plan.ts";
import { rebuildSecret, SHARE_LENGTH, shareCode } from "./secret-shares.ts";

export interface MaskedSum {
  readonly plan: Plan;
  /** Neighbours of each place, ascending. */
  readonly neighbours: readonly (readonly number[])[];
  /** Places of those whose masks are in the sum. */
  readonly uploaded: ReadonlySet<number>;
  /** Places of those with whom they have masks in common, `uploaded` included. */
  readonly sharers: ReadonlySet<number>;
  /** Public mask keys, by place. */
  readonly maskKeys: readonly Uint8Array[];
  readonly cryptography: Cryptography;
}

/**
 * Takes the masks off a sum, with shares that clients reveal: the seeds of those who have uploaded, and the mask keys of
 * those who have not, though their neighbours have masks in common with them.
 */
export class Unmasking {
  readonly #given: MaskedSum;
  /** Of each place whose secret is wanted, shares by index of the neighbour that revealed it; t at most. */
  readonly #shares: ReadonlyMap<number, Map<number, Uint32Array>>;

  constructor(given: MaskedSum) {
    const { uploaded, sharers, neighbours } = given;
    this.#given = given;
    const wanted = [...sharers].filter(
      (place) => uploaded.has(place) || neighbours[place].some((neighbour) => uploaded.has(neighbour)),
    );
    this.#shares = new Map(wanted.map((place) => [place, new Map()]));
  }

  /** Whether these places together hold enough. */
  isPossibleWith(holders: ReadonlySet<number>): boolean {
    const { neighbours, plan } = this.#given;
    return [...this.#shares.keys()].every(
      (place) => neighbours[place].filter((neighbour) => holders.has(neighbour)).length >= plan.threshold,
    );
  }

  get isComplete(): boolean {
    const { threshold } = this.#given.plan;
    return [...this.#shares.values()].every(({ size }) => size >= threshold);
  }

  /**
   * @param opened of which neighbours of the holder there are shares
   * @param shares one after the other
   */
  add(holder: number, opened: Uint8Array, shares: Uint32Array): void {
    const { neighbours, plan } = this.#given;
    for (const [i, owner] of neighbours[holder].entries()) {
      const known = this.#shares.get(owner);
      if (!opened[i] || !known || known.size >= plan.threshold) continue;
      known.set(neighbours[owner].indexOf(holder), shares.slice(i * SHARE_LENGTH, (i + 1) * SHARE_LENGTH));
    }
  }

  /**
   * Takes all masks off, when it is complete. Any t shares of a secret are the same secret, so it does not matter whose
   * came first.
   *
   * @returns false when shares do not fit together
   */
  takeOff(sum: Uint32Array): boolean {
    const { plan, uploaded, cryptography } = this.#given;
    const code = shareCode(plan);
    const masks: Mask[] = [];
    for (const [place, shares] of this.#shares) {
      const secret = rebuildSecret(code, shares);
      if (!secret) return false;
      if (uploaded.has(place)) {
        masks.push({ seed: secret, sign: -1 });
      } else {
        const missing = this.#missingMasks(place, secret);
        if (!missing) return false;
        masks.push(...missing);
      }
    }
    applyMasks(sum, masks, cryptography.keystream);
    return true;
  }

  /** Those that a client has not added, because it has not uploaded, and that its neighbours have added the opposite of. */
  #missingMasks(gone: number, secret: Uint8Array): Mask[] | undefined {
    const { neighbours, uploaded, maskKeys, cryptography } = this.#given;
    const key = maskKey(secret, cryptography);
    if (key.publicKey.some((byte, i) => byte !== maskKeys[gone][i])) return undefined;
    return neighbours[gone]
      .filter((place) => uploaded.has(place))
      .map((place) => ({
        seed: pairSeed(key, maskKeys[place], cryptography),
        sign: pairSign(gone, place),
      }));
  }
}
