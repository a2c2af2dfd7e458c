/**
 * Any prime field, slowly: the oracle of the fast one, and where vectors worked out by hand live. Matrices are arrays of
 * rows of numbers in [0, p).
 */
export type Matrix = readonly (readonly number[])[];

export interface PrimeField {
  readonly p: number;
  /** Of any integer. */
  reduce(a: number): number;
  multiply(a: number, b: number): number;
  inverse(a: number): number;
  /** a times b. */
  product(a: Matrix, b: Matrix): number[][];
  rank(matrix: Matrix): number;
  /** Rows that span all y with y times the matrix = 0. */
  leftNullSpace(matrix: Matrix): number[][];
}

export function gf(p: number): PrimeField {
  const reduce = (a: number) => ((a % p) + p) % p;
  const multiply = (a: number, b: number) =>
    p < 2 ** 26 ? (a * b) % p : Number((BigInt(a) * BigInt(b)) % BigInt(p));

  function inverse(a: number): number {
    // Euclid: r = s a modulo p, throughout.
    let [r, s, nextR, nextS] = [p, 0, reduce(a), 1];
    while (nextR !== 0) {
      const quotient = Math.floor(r / nextR);
      [r, s, nextR, nextS] = [nextR, nextS, r - quotient * nextR, s - quotient * nextS];
    }
    if (r !== 1) throw new Error(`${a} has no inverse modulo ${p}.`);
    return reduce(s);
  }

  /** Gaussian elimination in place on the first `columns` columns; the rank of these. */
  function eliminate(rows: number[][], columns: number): number {
    let rank = 0;
    for (let column = 0; column < columns && rank < rows.length; column++) {
      const found = rows.findIndex((row, i) => i >= rank && row[column] !== 0);
      if (found < 0) continue;
      [rows[rank], rows[found]] = [rows[found], rows[rank]];
      const pivot = rows[rank];
      const scale = inverse(pivot[column]);
      for (let i = rank + 1; i < rows.length; i++) {
        if (rows[i][column] === 0) continue;
        const factor = multiply(rows[i][column], scale);
        rows[i] = rows[i].map((entry, k) => reduce(entry - multiply(factor, pivot[k])));
      }
      rank++;
    }
    return rank;
  }

  return {
    p,
    reduce,
    multiply,
    inverse,
    product: (a, b) =>
      a.map((row) =>
        Array.from(b[0] ?? [], (_, k) =>
          row.reduce((sum, entry, i) => reduce(sum + multiply(entry, b[i][k])), 0),
        ),
      ),
    rank: (matrix) =>
      eliminate(
        matrix.map((row) => [...row]),
        matrix[0]?.length ?? 0,
      ),
    leftNullSpace(matrix) {
      const columns = matrix[0]?.length ?? 0;
      // What has become zero on the left says on the right of which rows it was made.
      const rows = matrix.map((row, i) => [...row, ...matrix.map((_, k) => (i === k ? 1 : 0))]);
      const rank = eliminate(rows, columns);
      return rows.slice(rank).map((row) => row.slice(columns));
    },
  };
}
