import { kmeans } from "ml-kmeans";
import type { SimulationRandom } from "../../numeric/random.ts";
import { squaredDistance } from "./squared-distance.ts";

/**
 * The best of several runs of 2-means, started as k-means++ does.
 *
 * @param points at least two different ones
 * @returns each point's cluster, 0 or 1; both occur
 */
export function twoMeans(
  points: readonly (readonly number[])[],
  runs: number,
  random: SimulationRandom,
): number[] {
  const data = points as number[][];
  let least = Number.POSITIVE_INFINITY;
  let best: number[] = [];
  for (let run = 0; run < runs; run++) {
    const { clusters, centroids } = kmeans(data, 2, { seed: 1 + random.integer(2 ** 31) });
    const spread = data.reduce((sum, point, i) => sum + squaredDistance(point, centroids[clusters[i]]), 0);
    if (spread >= least) continue;
    least = spread;
    best = clusters;
  }
  return best;
}
