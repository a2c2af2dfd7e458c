/**
 * The ramp secret sharing that the coded protocols are built on: K data pieces and T noise pieces become R shares, any
 * K + T of which give the data back, while any T of which tell nothing. Sums of shares are shares of the sum.
 *
 * Ramp schemes are from Blakley and Meadows, "Security of ramp schemes", CRYPTO 1984; encoding by evaluating the
 * polynomial through data and noise is from Yu et al., "Lagrange coded computing", AISTATS 2019. It attains the loads
 * and the privacy that the abstract of SwiftAgg+ (arXiv 2203.13060) claims; points and bases are our reconstruction.
 */
import { InputError, RunError } from "../errors.ts";
import { multiplyMatrix } from "../numeric/field31.ts";
import { coefficientsMatrix, lagrangeMatrix, powersMatrix } from "./ramp-code-matrices.ts";

export interface RampCodeOptions {
  /** R, who get a share each. At least K + T. */
  readonly receivers: number;
  /** K >= 1, pieces of data. */
  readonly data: number;
  /** T >= 0, pieces of noise: so many shares tell nothing. */
  readonly noise: number;
  /**
   * What the pieces are to the polynomial whose values at 1..R are the shares: its values at R+1..R+K+T (`lagrange`,
   * the default), or its coefficients, data first (`monomial`). Both have the same loads and privacy.
   */
  readonly basis?: "lagrange" | "monomial";
}

export interface RampCode {
  /** R x (K + T), row-major: share j is the sum of entries (j, i) times piece i. */
  readonly encodeMatrix: Uint32Array;
  /**
   * @param receivers K + T distinct ones, counted from 0
   * @returns K x (K + T), row-major: data piece k is the sum of entries (k, i) times the share of receivers[i]
   */
  decodeMatrix(receivers: readonly number[]): Uint32Array;
  /**
   * @param pieces K of data, then T of noise, of equal length. The noise must be uniform, drawn for this encoding alone.
   * @returns R shares of that length
   */
  encode(pieces: readonly Uint32Array[]): Uint32Array[];
  /**
   * @param shares by receiver, counted from 0; of equal length. Those beyond K + T are not looked at.
   * @returns the K pieces of data
   * @throws RunError `secure.too-few-shares`
   */
  decode(shares: ReadonlyMap<number, Uint32Array>): Uint32Array[];
}

/** @throws InputError `secure.code` when there is no such code. */
export function rampCode(options: RampCodeOptions): RampCode {
  const { receivers, data, noise, basis = "lagrange" } = options;
  const pieces = data + noise;
  if (data < 1 || noise < 0 || receivers < pieces) {
    throw new InputError(
      "secure.code",
      `No code makes ${receivers} shares of ${data} data and ${noise} noise pieces: take at least one data piece, and as many shares as pieces.`,
    );
  }
  const points = Array.from({ length: receivers }, (_, j) => 1 + j);
  const sources = Array.from({ length: pieces }, (_, i) => receivers + 1 + i);
  const encodeMatrix = basis === "lagrange" ? lagrangeMatrix(sources, points) : powersMatrix(pieces, points);
  const decodeMatrix = (known: readonly number[]) => {
    const from = known.map((receiver) => points[receiver]);
    return basis === "lagrange"
      ? lagrangeMatrix(from, sources.slice(0, data))
      : coefficientsMatrix(from, data);
  };
  return {
    encodeMatrix,
    decodeMatrix,
    encode: (given) => multiplyMatrix(encodeMatrix, given),
    decode(shares) {
      if (shares.size < pieces) {
        throw new RunError(
          "secure.too-few-shares",
          `Only ${shares.size} of the ${pieces} shares that are needed have arrived.`,
        );
      }
      const known = [...shares.keys()].slice(0, pieces);
      return multiplyMatrix(
        decodeMatrix(known),
        known.map((receiver) => shares.get(receiver)!),
      );
    },
  };
}

/** K pieces of equal length, which end in zeros where the vector has no more entries. They may be views of it. */
export function splitIntoPieces(vector: Uint32Array, count: number): Uint32Array[] {
  const length = Math.ceil(vector.length / count);
  return Array.from({ length: count }, (_, k) => {
    const piece = vector.subarray(k * length, (k + 1) * length);
    if (piece.length === length) return piece;
    const padded = new Uint32Array(length);
    padded.set(piece);
    return padded;
  });
}

/** Undoes {@link splitIntoPieces}; `length` is that of the vector. */
export function joinPieces(pieces: readonly Uint32Array[], length: number): Uint32Array {
  const vector = new Uint32Array(length);
  let from = 0;
  for (const piece of pieces) {
    vector.set(piece.subarray(0, length - from), from);
    from = Math.min(length, from + piece.length);
  }
  return vector;
}
