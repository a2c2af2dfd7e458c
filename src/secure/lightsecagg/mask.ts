/**
 * A client's mask and how the sum of masks is undone. The mask z, uniform in F^L, is cut into K = U - T pieces and
 * encoded with T pieces of uniform noise into one share per client (`ramp-code.ts`). The code is linear: the sum of
 * the shares that a client holds is its share of the sum of masks, and any U such sums give that sum.
 */
import { addInto } from "../../numeric/field31.ts";
import type { SecureRandom } from "../../numeric/secure-random.ts";
import { joinPieces, type RampCode, rampCode, splitIntoPieces } from "../ramp-code.ts";

/** The code among `clients` clients, of whom any `colluders` learn nothing and any `survivors` everything. */
export function maskCode(clients: number, colluders: number, survivors: number): RampCode {
  return rampCode({ receivers: clients, data: survivors - colluders, noise: colluders });
}

/** Length of a share of a mask of length `symbols`. */
export function shareLength(symbols: number, colluders: number, survivors: number): number {
  return Math.ceil(symbols / (survivors - colluders));
}

/** Fresh noise for `shareMask`: one use only. */
export function drawNoise(random: SecureRandom, colluders: number, length: number): Uint32Array[] {
  return Array.from({ length: colluders }, () => random.field31(length));
}

/**
 * The shares of a mask, one per client.
 *
 * @param mask L uniform field elements
 * @param pieces K of the code
 * @param noise T vectors of ceil(L / K) uniform field elements
 */
export function shareMask(
  code: RampCode,
  mask: Uint32Array,
  pieces: number,
  noise: readonly Uint32Array[],
): Uint32Array[] {
  return code.encode([...splitIntoPieces(mask, pieces), ...noise]);
}

/** Of the shares that a client holds, by sender, the sum over those `included`; each must be held. */
export function sumShares(
  shares: ReadonlyMap<number, Uint32Array>,
  included: readonly number[],
  length: number,
): Uint32Array {
  const sum = new Uint32Array(length);
  for (const sender of included) addInto(sum, shares.get(sender)!);
  return sum;
}

/** The sum of the masks, of length `symbols`, from the recoveries of any U clients, by place. */
export function recoverMasks(
  code: RampCode,
  recoveries: ReadonlyMap<number, Uint32Array>,
  symbols: number,
): Uint32Array {
  return joinPieces(code.decode(recoveries), symbols);
}
