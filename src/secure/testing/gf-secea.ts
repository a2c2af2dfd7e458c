import { joinPieces, splitIntoPieces } from "../ramp-code.ts";
import type { Shape } from "../secea/shape.ts";
import { gf, type Matrix } from "./gf.ts";
import { gfLagrange } from "./gf-ramp-code.ts";

/** The pieces of SecEA with their noise given; layouts are those of `secea/`. */
export interface GfSecEa {
  /** @param noise T vectors of M x w' */
  shareTable(table: Uint32Array, noise: readonly Uint32Array[]): Uint32Array[];
  /** @param noise T vectors of Q x M */
  shareQueries(rows: Int32Array, union: number, noise: readonly Uint32Array[]): Uint32Array[];
  /** @param noise K + 2 T - 1 vectors, one entry each per symbol to be masked: what determines a mask. */
  shareZeroMask(noise: readonly Uint32Array[]): Uint32Array[];
  answer(queries: Uint32Array, table: Uint32Array, mask: Uint32Array): Uint32Array;
  decodeAnswers(answers: ReadonlyMap<number, Uint32Array>): Uint32Array;
}

/**
 * As the definitions say, in the field of p elements. A zero mask's noise are the coefficients, constant first, of what
 * the product of all (x - beta_k) is multiplied by.
 *
 * @param betas of data and noise, K + T of them; default: the points behind the clients' own, 1..N
 */
export function gfSecEa(p: number, shape: Shape, betas?: readonly number[]): GfSecEa {
  const { clients, parts, colluders } = shape;
  const { product, multiply, reduce } = gf(p);
  const alphas = Array.from({ length: clients }, (_, j) => j + 1);
  const sources = betas ?? Array.from({ length: parts + colluders }, (_, i) => clients + 1 + i);
  const dataPoints = sources.slice(0, parts);
  const vectors = (matrix: Matrix) => matrix.map((line) => Uint32Array.from(line));
  const encode = (pieces: readonly Uint32Array[]) =>
    vectors(product(gfLagrange(p, sources, alphas), asMatrix(pieces)));
  return {
    shareTable(table, noise) {
      const padded = new Uint32Array((shape.parts * shape.piece * table.length) / shape.width);
      padded.set(table);
      return encode([...splitIntoPieces(padded, parts), ...noise]);
    },
    shareQueries(rows, union, noise) {
      const wanted = Uint32Array.from({ length: union * rows.length }, (_, at) =>
        Number(rows[at % rows.length] === Math.floor(at / rows.length)),
      );
      return encode([...Array(parts).fill(wanted), ...noise]);
    },
    shareZeroMask: (noise) =>
      alphas.map((alpha) => {
        const zero = dataPoints.map((beta) => reduce(alpha - beta)).reduce(multiply, 1);
        const powers = noise.map((_, i) => Array(i).fill(alpha).reduce(multiply, zero));
        return Uint32Array.from(product([powers], asMatrix(noise))[0] ?? []);
      }),
    answer(queries, table, mask) {
      const union = Math.sqrt((queries.length * table.length) / mask.length);
      const lines = product(
        asMatrix(splitIntoPieces(table, table.length / union)),
        asMatrix(splitIntoPieces(queries, union)),
      );
      return Uint32Array.from(lines.flat(), (entry, i) => reduce(entry + mask[i]));
    },
    decodeAnswers(answers) {
      const from = [...answers.keys()].map((place) => alphas[place]);
      const decoded = vectors(product(gfLagrange(p, from, dataPoints), asMatrix([...answers.values()])));
      return joinPieces(decoded, (decoded[0].length / shape.piece) * shape.width);
    },
  };
}

function asMatrix(vectors: readonly Uint32Array[]): Matrix {
  return vectors.map((vector) => [...vector]);
}
