/**
 * Matrices between the coefficients or values of polynomials, in the field of 2^31 - 1: row-major, one line for each
 * thing wanted, one column for each thing known.
 */
import { inverse, multiply, P31 } from "../numeric/field31.ts";

/**
 * From the values at `sources` of a polynomial of degree below their number, its values at `targets` (Lagrange).
 *
 * @param sources distinct
 */
export function lagrangeMatrix(sources: readonly number[], targets: readonly number[]): Uint32Array {
  const n = sources.length;
  const weights = lagrangeWeights(sources);
  const matrix = new Uint32Array(targets.length * n);
  for (const [row, target] of targets.entries()) {
    const line = matrix.subarray(row * n, (row + 1) * n);
    // Entry i is weight i times the product of all differences but the i-th: of those before it, and those behind it.
    let before = 1;
    for (let i = 0; i < n; i++) {
      line[i] = multiply(weights[i], before);
      before = multiply(before, difference(target, sources[i]));
    }
    let behind = 1;
    for (let i = n - 1; i >= 0; i--) {
      line[i] = multiply(line[i], behind);
      behind = multiply(behind, difference(target, sources[i]));
    }
  }
  return matrix;
}

/** From a polynomial's coefficients, constant first, its values at `targets`. */
export function powersMatrix(count: number, targets: readonly number[]): Uint32Array {
  const matrix = new Uint32Array(targets.length * count);
  for (const [row, target] of targets.entries()) {
    let power = 1;
    for (let i = 0; i < count; i++) {
      matrix[row * count + i] = power;
      power = multiply(power, target);
    }
  }
  return matrix;
}

/**
 * From the values at `sources` of a polynomial of degree below their number, the first `count` of its coefficients.
 *
 * @param sources distinct, none of them 0
 */
export function coefficientsMatrix(sources: readonly number[], count: number): Uint32Array {
  const n = sources.length;
  const weights = lagrangeWeights(sources);
  // Coefficients of the product of all (x - source), constant first.
  const product = new Uint32Array(n + 1);
  product[0] = 1;
  for (const [degree, source] of sources.entries()) {
    for (let k = degree + 1; k > 0; k--)
      product[k] = difference(product[k - 1], multiply(source, product[k]));
    product[0] = difference(0, multiply(source, product[0]));
  }
  const matrix = new Uint32Array(count * n);
  for (let i = 0; i < n; i++) {
    // The product without its i-th factor, q, by division from the constant up: product[k] = q[k - 1] - source q[k].
    const divisor = inverse(difference(0, sources[i]));
    let quotient = 0;
    for (let k = 0; k < count; k++) {
      quotient = multiply(difference(product[k], quotient), divisor);
      matrix[k * n + i] = multiply(quotient, weights[i]);
    }
  }
  return matrix;
}

/** 1 / product over m != i of (sources[i] - sources[m]). */
function lagrangeWeights(sources: readonly number[]): number[] {
  return sources.map((source, i) => {
    let product = 1;
    for (const [m, other] of sources.entries()) {
      if (m !== i) product = multiply(product, difference(source, other));
    }
    return inverse(product);
  });
}

function difference(a: number, b: number): number {
  return a < b ? a - b + P31 : a - b;
}
