/**
 * Renyi differential privacy (Mironov 2017): a release is described by the Renyi divergence, of every order, between what
 * comes out with and without one client. Divergences of releases add up, also where later ones depend on earlier ones, and
 * in the end their sum is converted to (epsilon, delta).
 */

/** The divergence of a release at an order > 1, or a bound on it. */
export type RenyiCurve = (order: number) => number;

/** Whole numbers, because the bound for Skellam noise is proved for those: close together where it matters most. */
export const ORDERS: readonly number[] = ordersUpTo(2 ** 16);

function ordersUpTo(last: number): number[] {
  const orders = [2];
  while (orders.at(-1)! < last) orders.push(Math.max(orders.at(-1)! + 1, Math.round(orders.at(-1)! * 1.02)));
  return orders;
}

/**
 * The smallest epsilon that follows for `delta` from so many releases, by Proposition 12 of Canonne, Kamath and Steinke,
 * "The Discrete Gaussian for Differential Privacy" (NeurIPS 2020), which is also Theorem 21 of Balle et al.,
 * "Hypothesis Testing Interpretations and Renyi Differential Privacy" (AISTATS 2020).
 *
 * @param delta in (0, 1)
 */
export function epsilonOf(
  curve: RenyiCurve,
  { releases, delta }: { readonly releases: number; readonly delta: number },
): number {
  if (releases === 0) return 0;
  const candidates = ORDERS.map(
    (order) =>
      releases * curve(order) + Math.log1p(-1 / order) - (Math.log(delta) + Math.log(order)) / (order - 1),
  );
  return Math.max(0, Math.min(...candidates));
}

/** Gaussian noise of so many times the sensitivity in L2, or Skellam noise so large that its steps do not matter. */
export function gaussianCurve(multiplier: number): RenyiCurve {
  return (order) => order / (2 * multiplier * multiplier);
}

/**
 * The least noise, in multiples of the clip, with which so many releases cost at most epsilon. For Gaussian noise;
 * Skellam noise comes as close to it as its scale is fine, usually within a thousandth.
 *
 * @example noiseFor({ epsilon: 8, delta: 1e-5, releases: 30 })
 */
export function noiseFor({
  epsilon,
  ...spent
}: {
  readonly epsilon: number;
  readonly delta: number;
  readonly releases: number;
}): number {
  let [low, high] = [2 ** -20, 2 ** 20];
  for (let step = 0; step < 60; step++) {
    const middle = Math.sqrt(low * high);
    if (epsilonOf(gaussianCurve(middle), spent) > epsilon) low = middle;
    else high = middle;
  }
  return high;
}
