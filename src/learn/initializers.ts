/**
 * First values of weights. `key` is used up (jax-js move semantics); fan-in and fan-out are the numbers of
 * connections into and out of a unit: for a matrix [in, out] its two sides, for a convolution
 * [out, in, height, width] in·height·width and out·height·width.
 */
import { type numpy as np, random } from "@jax-js/jax";

/**
 * Normal with mean 0 and variance 2/fan-in, for layers before a ReLU (He, Zhang, Ren and Sun, "Delving Deep into
 * Rectifiers", ICCV 2015, equation 10).
 */
export function heNormal(key: np.Array, shape: readonly number[]): np.Array {
  return random.normal(key, [...shape]).mul(Math.sqrt(2 / fans(shape).fanIn));
}

/**
 * Uniform in ±√(6/(fan-in + fan-out)), for linear and saturating layers (Glorot and Bengio, "Understanding the
 * difficulty of training deep feedforward neural networks", AISTATS 2010, equation 16); also called Xavier.
 */
export function glorotUniform(key: np.Array, shape: readonly number[]): np.Array {
  const { fanIn, fanOut } = fans(shape);
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  return random.uniform(key, [...shape], { minval: -limit, maxval: limit });
}

function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  if (shape.length === 2) return { fanIn: shape[0], fanOut: shape[1] };
  const [out, into, ...window] = shape;
  const area = window.reduce((product, n) => product * n, 1);
  return { fanIn: into * area, fanOut: out * area };
}
