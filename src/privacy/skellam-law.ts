/**
 * The symmetric Skellam distribution (Skellam 1946): what remains of one Poisson variable of mean mu / 2 after another is
 * taken away. Its variance is mu, and P(k) = exp(-mu) I_k(mu) with the modified Bessel function of the first kind. A sum
 * of Skellam variables is one again, of the summed variances.
 */

/** P(k) / P(0) for whole k >= 0; falls from 1 with k. */
export type RelativeProbability = (k: number) => number;

/** From here on the asymptotic series leaves out less than 64-bit floats can tell from 1. */
const LARGE = 4096;

/**
 * In 64-bit floats: with a relative error of about 1e-15 where almost all probability lies, and of less than 1e-13 at
 * twelve standard deviations.
 *
 * @param variance mu > 0
 * @param farthest the largest k that will be asked for
 */
export function relativeProbability(variance: number, farthest: number): RelativeProbability {
  return variance < LARGE ? byRecurrence(variance, farthest) : bySeries(variance);
}

/**
 * Products of r_k = I_k / I_(k-1), which follow from I_(k-1) - I_(k+1) = (2k / mu) I_k: r_k = 1 / (2k / mu + r_(k+1)).
 * All terms are positive, so nothing cancels, and where the recurrence starts is soon forgotten.
 */
function byRecurrence(variance: number, farthest: number): RelativeProbability {
  const ratios = new Float64Array(farthest + 1);
  let ratio = 0;
  for (let k = farthest + 64 + Math.ceil(variance); k > 0; k--) {
    ratio = 1 / ((2 * k) / variance + ratio);
    if (k <= farthest) ratios[k] = ratio;
  }
  ratios[0] = 1;
  for (let k = 1; k <= farthest; k++) ratios[k] *= ratios[k - 1];
  return (k) => ratios[k];
}

/**
 * The expansion for large orders (NIST Digital Library of Mathematical Functions, 10.41.3 and 10.41.10), written in
 * t^2 = k^2 / (k^2 + mu^2) so that it holds from k = 0 on.
 */
function bySeries(variance: number): RelativeProbability {
  const atZero = terms(variance, 0);
  return (k) => {
    const x = k / variance;
    const squared = x * x;
    const r = variance * Math.sqrt(1 + squared);
    const t2 = squared / (1 + squared);
    return (Math.exp(variance * exponent(x)) * (terms(r, t2) / atZero)) / Math.sqrt(Math.sqrt(1 + squared));
  };
}

function terms(r: number, t2: number): number {
  const first = (3 - 5 * t2) / 24;
  const second = (81 + t2 * (-462 + 385 * t2)) / 1152;
  const third = (30375 + t2 * (-369603 + t2 * (765765 - 425425 * t2))) / 414720;
  return 1 + (first + (second + third / r) / r) / r;
}

/** sqrt(1 + x^2) - 1 - x asinh x, for |x| < 1/2, by its power series: the terms themselves would cancel. */
function exponent(x: number): number {
  const squared = x * x;
  // The coefficient of x^(2n + 1) in asinh x, without its 2n + 1.
  let coefficient = 1;
  let power = squared;
  let sum = 0;
  for (let n = 0; ; n++) {
    const term = (coefficient * power) / ((2 * n + 1) * (2 * n + 2));
    sum -= term;
    if (Math.abs(term) <= 2 ** -60 * Math.abs(sum)) return sum;
    coefficient *= -(2 * n + 1) / (2 * n + 2);
    power *= squared;
  }
}
