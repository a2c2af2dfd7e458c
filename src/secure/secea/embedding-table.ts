/**
 * The table that clients add up in shares: a row for each entity of the union, of a client's embedding of it and a 1, or
 * of zeros where the client does not own it; so the sum over clients holds, per entity, the sum of the embeddings and
 * how many there are.
 *
 * A table of M rows of w symbols is kept turned, w lines of M symbols: parts of rows are then runs of lines, and lines
 * are what `answer` multiplies with.
 */
import type { SecureRandom } from "../../numeric/secure-random.ts";
import { dequantise, type QuantiseOptions, quantise } from "../quantise.ts";
import type { Shape } from "./shape.ts";
import { shareVector } from "./vector-shares.ts";

export interface OwnedEmbeddings {
  /** The M entities that have an owner, ascending. */
  readonly union: Int32Array;
  /** The client's own entities, distinct. Those that are not in the union are left out. */
  readonly owned: Int32Array;
  /** A row of d numbers for each of them. */
  readonly embeddings: Float32Array;
  /** d. */
  readonly width: number;
}

/**
 * @param quantisation with a scale so small that the sum over all clients fits the field (`largestScale`)
 * @returns M x w symbols, as w lines of M; the last line counts owners
 * @throws RunError `secure.not-finite`
 */
export function encodeTable(
  { union, owned, embeddings, width }: OwnedEmbeddings,
  quantisation: QuantiseOptions,
): Uint32Array {
  const entities = union.length;
  const place = new Map(Array.from(union, (entity, row) => [entity, row]));
  const symbols = quantise(embeddings, quantisation);
  const table = new Uint32Array((width + 1) * entities);
  for (const [i, entity] of owned.entries()) {
    const row = place.get(entity);
    if (row === undefined) continue;
    for (let k = 0; k < width; k++) table[k * entities + row] = symbols[i * width + k];
    table[width * entities + row] = 1;
  }
  return table;
}

/**
 * The shares of a table, by place: M x w' symbols each, as w' lines of M.
 *
 * @param random for this table alone
 */
export function shareTable(table: Uint32Array, shape: Shape, random: SecureRandom): Uint32Array[] {
  const length = shape.piece * (table.length / shape.width);
  // Whole lines in every part, where the last ones may be of zeros.
  const lines = new Uint32Array(shape.parts * length);
  lines.set(table);
  return shareVector(lines, shape, random);
}

export interface Aggregates {
  /** Q x d, row-major; 0 where nobody owns. */
  readonly means: Float32Array;
  /** Per row, of how many embeddings it is the mean. */
  readonly owners: Uint32Array;
}

/**
 * @param rows Q x w symbols, as w lines of Q
 * @param width d
 * @param scale of the quantisation
 */
export function decodeRows(rows: Uint32Array, width: number, scale: number): Aggregates {
  const count = rows.length / (width + 1);
  const sums = dequantise(rows.subarray(0, width * count), scale);
  const owners = rows.slice(width * count);
  const means = new Float32Array(count * width);
  for (let row = 0; row < count; row++) {
    if (owners[row] === 0) continue;
    for (let k = 0; k < width; k++) means[row * width + k] = sums[k * count + row] / owners[row];
  }
  return { means, owners };
}
