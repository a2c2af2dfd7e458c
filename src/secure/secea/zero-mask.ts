/**
 * Masks of answers: random polynomials of the answers' degree, 2 K + 2 T - 2, that are zero at the K data points. Added to
 * answers they change nothing of what was asked for, and hide everything else: without them, a client that asks and
 * stores a share itself learns combinations of rows that it did not ask for. Such a polynomial is the product of all
 * (x - beta_k) and one with K + 2 T - 1 free coefficients; drawing its values at as many further points, as the ramp code
 * does, is the same draw.
 *
 * T + 1 clients must each make one, so that at least one maker is no colluder; the sum of theirs is the mask. Masks are
 * our reconstruction: whether SecEA's authors mask answers is not known to us.
 */
import type { SecureRandom } from "../../numeric/secure-random.ts";
import { answerCode, type Shape } from "./shape.ts";

/**
 * One maker's mask, for one use.
 *
 * @param entries symbols to be masked: Q x w' for the answers to one client
 * @returns its shares, by place
 */
export function shareZeroMask(entries: number, shape: Shape, random: SecureRandom): Uint32Array[] {
  const { parts, answers } = shape;
  const zeros = Array(parts).fill(new Uint32Array(entries));
  const noise = Array.from({ length: answers - parts }, () => random.field31(entries));
  return answerCode(shape).encode([...zeros, ...noise]);
}
