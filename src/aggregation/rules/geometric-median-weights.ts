/** More would not help: convergence is linear, and slow only where the sum of distances is flat. */
const MOST_ITERATIONS = 1000;

/** A step this small is the end, and no distance counts as smaller, both against the typical distance. */
const TINY = 1e-10;

/**
 * The geometric median of k points by the iteration of Weiszfeld 1937, from a start s that should be robust itself.
 * Every iterate is s + sum_i c_i (x_i - s), so only the products <x_i - s, x_j - s> are needed, and an iteration
 * costs O(k^2) whatever d is.
 *
 * @param products k x k, row-major
 * @returns c, length k: all zero where s is the geometric median, and otherwise of sum 1
 */
export function geometricMedianWeights(products: Float64Array): Float64Array {
  const k = Math.sqrt(products.length);
  let distances: Float64Array = new Float64Array(k).map((_, i) =>
    Math.sqrt(Math.max(0, products[i * k + i])),
  );
  const typical = distances.toSorted()[Math.ceil(k / 2) - 1];
  let weights = leaveStart(distances, products);
  if (weights.every((weight) => weight === 0)) return weights;

  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    distances = distancesFrom(weights, products);
    const next = shares(distances.map((distance) => 1 / Math.max(TINY * typical, distance)));
    // No longer than this, by the triangle inequality.
    const step = distances.reduce((sum, distance, i) => sum + Math.abs(next[i] - weights[i]) * distance, 0);
    weights = next;
    if (step < TINY * typical) break;
  }
  return weights;
}

/**
 * The first step, by the points that are not s; none where those that are s are too many: the others pull with unit
 * vectors, and while the sum of these is no longer than the number of the former, s is the geometric median (Vardi
 * and Zhang 2000).
 */
function leaveStart(distances: Float64Array, products: Float64Array): Float64Array {
  const pulls = distances.map((distance) => (distance === 0 ? 0 : 1 / distance));
  const holding = pulls.filter((pull) => pull === 0).length;
  const pull = Math.sqrt(Math.max(0, dot(pulls, timesProducts(products, pulls))));
  if (pull <= holding) return new Float64Array(pulls.length);
  return shares(pulls);
}

/** ||x_i - z|| for all i, where z = s + sum_j c_j (x_j - s). */
function distancesFrom(weights: Float64Array, products: Float64Array): Float64Array {
  const k = weights.length;
  const along = timesProducts(products, weights);
  const square = dot(weights, along);
  return along.map((product, i) => Math.sqrt(Math.max(0, products[i * k + i] - 2 * product + square)));
}

function timesProducts(products: Float64Array, weights: Float64Array): Float64Array {
  const k = weights.length;
  return weights.map((_, i) => dot(weights, products.subarray(i * k, (i + 1) * k)));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function shares(values: Float64Array): Float64Array {
  const total = values.reduce((sum, value) => sum + value);
  return values.map((value) => value / total);
}
