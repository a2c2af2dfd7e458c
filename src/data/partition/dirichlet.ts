import type { SimulationRandom } from "../../numeric/random.ts";
import type { Examples } from "../examples.ts";
import { dealInProportion, shuffledRowsByClass } from "./deal.ts";
import { drawWithMinimum } from "./minimum.ts";

/**
 * Label skew by the Dirichlet distribution: for each class k, proportions p_k over the n clients are drawn from
 * the symmetric Dir_n(alpha), and client j gets the share p_kj of the rows of class k, in a drawn order.
 *
 * Alpha as the dial of label skew is from Hsu, Qi and Brown, "Measuring the effects of non-identical data
 * distribution for federated visual classification" (2019), section 3, who draw the class mixture of each
 * client and sample equally many rows; drawing per class instead, so that every row is used once and sizes
 * differ too, is from Yurochkin et al., "Bayesian nonparametric federated learning of neural networks"
 * (ICML 2019), section 4. Cost: one gamma draw for each class and client, and again for each redraw.
 *
 * @param minimum see {@link drawWithMinimum}
 */
export function dealDirichlet(
  examples: Pick<Examples, "labels" | "classes">,
  clients: number,
  alpha: number,
  minimum: number,
  random: SimulationRandom,
): Int32Array {
  const rowsOfClass = shuffledRowsByClass(examples.labels, examples.classes, random);
  return drawWithMinimum(examples.labels.length, clients, minimum, random, (deal) => {
    for (const rows of rowsOfClass) dealInProportion(rows, random.dirichlet(alpha, clients), deal);
  });
}
