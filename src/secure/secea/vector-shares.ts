/** Shares of a vector whose sum over clients everyone may learn: of presence, and of what clients have measured. */
import type { SecureRandom } from "../../numeric/secure-random.ts";
import { joinPieces, splitIntoPieces } from "../ramp-code.ts";
import { type Shape, storageCode } from "./shape.ts";

/** Symbols of a share of a vector of so many. */
export function shareLength(symbols: number, { parts }: Shape): number {
  return Math.ceil(symbols / parts);
}

/**
 * @param random for this vector alone
 * @returns by place
 */
export function shareVector(vector: Uint32Array, shape: Shape, random: SecureRandom): Uint32Array[] {
  const length = shareLength(vector.length, shape);
  const noise = Array.from({ length: shape.colluders }, () => random.field31(length));
  return storageCode(shape).encode([...splitIntoPieces(vector, shape.parts), ...noise]);
}

/**
 * The sum of vectors from the sums of their shares.
 *
 * @param sums by place
 * @param symbols length of the vectors
 * @throws RunError `secure.too-few-shares` when there are fewer than K + T
 */
export function decodeSums(
  sums: ReadonlyMap<number, Uint32Array>,
  shape: Shape,
  symbols: number,
): Uint32Array {
  return joinPieces(storageCode(shape).decode(sums), symbols);
}
