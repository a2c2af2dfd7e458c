/**
 * Shamir's secret sharing (Shamir 1979) of 32 secret bytes: any t of the shares give them back, t - 1 tell nothing. It is
 * the ramp code with one piece of data and t - 1 of noise; the bytes go in three by three, which fit a field element.
 */
import type { SecureRandom } from "../../numeric/secure-random.ts";
import { type RampCode, rampCode } from "../ramp-code.ts";
import type { Plan } from "./plan.ts";

export const SECRET_BYTES = 32;
const BYTES_PER_ELEMENT = 3;
/** Field elements of a share. */
export const SHARE_LENGTH = Math.ceil(SECRET_BYTES / BYTES_PER_ELEMENT);

/** The code that shares a client's secrets among its k neighbours. */
export function shareCode({ neighbours, threshold }: Pick<Plan, "neighbours" | "threshold">): RampCode {
  return rampCode({ receivers: neighbours, data: 1, noise: threshold - 1 });
}

/** One share for each neighbour, in their order. */
export function shareSecret(
  code: RampCode,
  threshold: number,
  secret: Uint8Array,
  random: SecureRandom,
): Uint32Array[] {
  const noise = Array.from({ length: threshold - 1 }, () => random.field31(SHARE_LENGTH));
  return code.encode([toElements(secret), ...noise]);
}

/**
 * @param shares by neighbour, at least t of them
 * @returns undefined when these cannot be shares of 32 bytes, as is likely when one is wrong, but not certain
 */
export function rebuildSecret(
  code: RampCode,
  shares: ReadonlyMap<number, Uint32Array>,
): Uint8Array | undefined {
  const [elements] = code.decode(shares);
  const secret = toBytes(elements);
  const again = toElements(secret);
  return elements.every((element, i) => element === again[i]) ? secret : undefined;
}

function toElements(secret: Uint8Array): Uint32Array {
  const elements = new Uint32Array(SHARE_LENGTH);
  secret.forEach((byte, i) => {
    elements[Math.floor(i / BYTES_PER_ELEMENT)] |= byte << (8 * (i % BYTES_PER_ELEMENT));
  });
  return elements;
}

function toBytes(elements: Uint32Array): Uint8Array {
  return Uint8Array.from(
    { length: SECRET_BYTES },
    (_, i) => elements[Math.floor(i / BYTES_PER_ELEMENT)] >>> (8 * (i % BYTES_PER_ELEMENT)),
  );
}
