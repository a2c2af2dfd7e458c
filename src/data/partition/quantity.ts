import type { SimulationRandom } from "../../numeric/random.ts";
import { dealInProportion, shuffledRows } from "./deal.ts";
import { drawWithMinimum } from "./minimum.ts";

/**
 * Quantity skew: the shares of the rows are drawn from the symmetric Dirichlet distribution Dir_n(alpha), the
 * rows themselves at random, so labels are mixed as in the whole. Li, Diao, Chen and He, "Federated learning
 * on non-IID data silos: an experimental study" (ICDE 2022), section IV, "quantity skew".
 *
 * @param minimum see {@link drawWithMinimum}
 */
export function dealQuantity(
  rows: number,
  clients: number,
  alpha: number,
  minimum: number,
  random: SimulationRandom,
): Int32Array {
  const order = shuffledRows(rows, random);
  return drawWithMinimum(rows, clients, minimum, random, (deal) =>
    dealInProportion(order, random.dirichlet(alpha, clients), deal),
  );
}
