import { covariance, EigenvalueDecomposition, Matrix } from "ml-matrix";

/** Share of the largest variance below which a direction is rounding. */
const FLAT = 1e-9;

/**
 * Principal components: each row's coordinates along the directions in which the rows differ most, seen from their
 * mean. Whitened ones are in units of each direction's deviation: distances between them are those of independent
 * components, which differ from them by a rotation only. Cost O(n p^2 + p^3).
 *
 * @param rows n >= 2 vectors of equal length p
 * @param count how many coordinates; at most p are given
 * @returns n rows of coordinates, the widest direction first; directions in which the rows do not differ are left out
 */
export function principalComponents(
  rows: readonly Float32Array[],
  count: number,
  whiten = false,
): number[][] {
  const matrix = new Matrix(rows.map((row) => Array.from(row))).center("column");
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(covariance(matrix), {
    assumeSymmetric: true,
  });
  const widest = realEigenvalues
    .map((_, k) => k)
    .sort((a, b) => realEigenvalues[b] - realEigenvalues[a])
    .slice(0, count)
    .filter((k) => realEigenvalues[k] > FLAT * Math.max(...realEigenvalues));
  const directions = eigenvectorMatrix.subMatrixColumn(widest);
  const deviations = widest.map((k) => (whiten ? Math.sqrt(realEigenvalues[k]) : 1));
  return matrix.mmul(directions).divRowVector(deviations).to2DArray();
}
