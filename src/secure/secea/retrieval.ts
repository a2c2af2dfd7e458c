/**
 * Asking for rows of the shared table without telling which: coded private retrieval, our reconstruction in the manner
 * of Lagrange coded computing (Yu et al., AISTATS 2019). A query is a polynomial q(x) of vectors over the union, the unit
 * vector of the wanted row at each of the K data points and uniform noise at the T noise points; place j gets q(alpha_j)
 * and answers with its product with the stored share S(alpha_j). At the data points q^T S is the wanted row's parts, and
 * any 2 K + 2 T - 1 answers tell its values there. A zero mask hides what else the answers would tell (`zero-mask.ts`).
 */
import { addInto, multiplyMatrix, P31 } from "../../numeric/field31.ts";
import type { SecureRandom } from "../../numeric/secure-random.ts";
import { joinPieces } from "../ramp-code.ts";
import { answerCode, type Shape, storageCode } from "./shape.ts";

/**
 * @param rows Q positions within the union; a negative one asks for nothing, and is answered with zeros
 * @param union M
 * @param random for these queries alone
 * @returns by place, Q x M symbols, as M lines of Q
 */
export function shareQueries(
  rows: Int32Array,
  union: number,
  shape: Shape,
  random: SecureRandom,
): Uint32Array[] {
  const { parts, colluders } = shape;
  const length = rows.length * union;
  const wanted = new Uint32Array(length);
  for (const [query, row] of rows.entries()) if (row >= 0) wanted[row * rows.length + query] = 1;
  const noise = Array.from({ length: colluders }, () => random.field31(length));
  return multiplyMatrix(withEqualData(storageCode(shape).encodeMatrix, parts, colluders), [wanted, ...noise]);
}

/** An encode matrix for data pieces that are all the same: one column, the sum of theirs, takes their place. */
function withEqualData(matrix: Uint32Array, parts: number, noise: number): Uint32Array {
  const receivers = matrix.length / (parts + noise);
  const joined = new Uint32Array(receivers * (1 + noise));
  for (let j = 0; j < receivers; j++) {
    const line = matrix.subarray(j * (parts + noise), (j + 1) * (parts + noise));
    joined[j * (1 + noise)] = line.subarray(0, parts).reduce((sum, entry) => (sum + entry) % P31, 0);
    joined.set(line.subarray(parts), j * (1 + noise) + 1);
  }
  return joined;
}

/**
 * What a place answers to Q queries. Most of a round's work: the table is the small matrix and queries the long rows, on
 * which the kernel is fast.
 *
 * @param queries its share of them, Q x M, as M lines of Q
 * @param table its share of the sum of tables, M x w', as w' lines of M
 * @param mask its share of the sum of zero masks, Q x w', as w' lines of Q
 * @returns Q x w' symbols, as w' lines of Q
 */
export function answer(queries: Uint32Array, table: Uint32Array, mask: Uint32Array): Uint32Array {
  // Q M times M w' over Q w' is M^2.
  const union = Math.round(Math.sqrt((queries.length / mask.length) * table.length));
  const count = queries.length / union;
  const lines = Array.from({ length: union }, (_, row) => queries.subarray(row * count, (row + 1) * count));
  const masked = joinPieces(multiplyMatrix(table, lines), mask.length);
  addInto(masked, mask);
  return masked;
}

/**
 * @param answers by place; those beyond 2 K + 2 T - 1 are not looked at
 * @returns Q x w symbols, as w lines of Q
 * @throws RunError `secure.too-few-shares`
 */
export function decodeAnswers(answers: ReadonlyMap<number, Uint32Array>, shape: Shape): Uint32Array {
  const parts = answerCode(shape).decode(answers);
  return joinPieces(parts, (parts[0].length / shape.piece) * shape.width);
}
