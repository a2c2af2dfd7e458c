import type { RampCode, RampCodeOptions } from "../ramp-code.ts";
import { gf, type Matrix } from "./gf.ts";

/** The ramp code as its definition says, in the field of p elements. */
export function gfRampCode(p: number, options: RampCodeOptions): RampCode {
  const { receivers, data, noise, basis = "lagrange" } = options;
  const pieces = data + noise;
  const sources = Array.from({ length: pieces }, (_, i) => receivers + 1 + i);
  const points = Array.from({ length: receivers }, (_, j) => j + 1);
  const rows = basis === "lagrange" ? gfLagrange(p, sources, points) : gfPowers(p, pieces, points);

  const decodeRows = (known: readonly number[]): Matrix => {
    const from = known.map((receiver) => points[receiver]);
    if (basis === "lagrange") return gfLagrange(p, from, sources.slice(0, data));
    return gfInverse(p, gfPowers(p, pieces, from)).slice(0, data);
  };
  const apply = (matrix: Matrix, vectors: readonly Uint32Array[]) =>
    gf(p)
      .product(
        matrix,
        vectors.map((vector) => [...vector]),
      )
      .map((row) => Uint32Array.from(row));
  return {
    encodeMatrix: Uint32Array.from(rows.flat()),
    decodeMatrix: (known) => Uint32Array.from(decodeRows(known).flat()),
    encode: (given) => apply(rows, given),
    decode(shares) {
      const known = [...shares.keys()].slice(0, pieces);
      return apply(
        decodeRows(known),
        known.map((receiver) => shares.get(receiver)!),
      );
    },
  };
}

/** Entry (t, s): product over m != s of (targets[t] - sources[m]) / (sources[s] - sources[m]). */
export function gfLagrange(p: number, sources: readonly number[], targets: readonly number[]): number[][] {
  const { reduce, multiply, inverse } = gf(p);
  return targets.map((target) =>
    sources.map((source) =>
      sources
        .filter((other) => other !== source)
        .map((other) => multiply(reduce(target - other), inverse(source - other)))
        .reduce(multiply, 1),
    ),
  );
}

function gfPowers(p: number, count: number, points: readonly number[]): number[][] {
  const { multiply } = gf(p);
  return points.map((point) =>
    Array.from({ length: count }, (_, k) => Array(k).fill(point).reduce(multiply, 1)),
  );
}

/** Column k of the inverse solves matrix x = unit k: (x, -1) spans the null space of (matrix | unit k). */
function gfInverse(p: number, matrix: Matrix): number[][] {
  const { leftNullSpace, multiply, inverse, reduce } = gf(p);
  const n = matrix.length;
  const columns = matrix.map((_, k) => {
    const transposed = [
      ...matrix.map((_, c) => matrix.map((row) => row[c])),
      matrix.map((_, i) => Number(i === k)),
    ];
    const [solution] = leftNullSpace(transposed);
    const scale = inverse(reduce(-solution[n]));
    return solution.slice(0, n).map((entry) => multiply(entry, scale));
  });
  return matrix.map((_, r) => columns.map((column) => column[r]));
}
