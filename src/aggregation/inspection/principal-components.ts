import { covariance, EigenvalueDecomposition, Matrix } from "ml-matrix";

/**
 * Principal components: each row's coordinates along the directions in which the rows differ most, seen from their
 * mean. Cost O(n p^2 + p^3).
 *
 * @param rows n >= 2 vectors of equal length p
 * @param count how many coordinates; at most p are given
 * @returns n rows of coordinates, the widest direction first
 */
export function principalComponents(rows: readonly Float32Array[], count: number): number[][] {
  const matrix = new Matrix(rows.map((row) => Array.from(row))).center("column");
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(covariance(matrix), {
    assumeSymmetric: true,
  });
  const widest = realEigenvalues
    .map((_, k) => k)
    .sort((a, b) => realEigenvalues[b] - realEigenvalues[a])
    .slice(0, count);
  return matrix.mmul(eigenvectorMatrix.subMatrixColumn(widest)).to2DArray();
}
