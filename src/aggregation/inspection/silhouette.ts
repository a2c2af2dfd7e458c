import { squaredDistance } from "./squared-distance.ts";

/**
 * The mean silhouette of points in two clusters (Rousseeuw 1987): (b - a) / max(a, b) for a point whose mean distance
 * is a to its own cluster's others and b to the other cluster; 0 for a point alone in its cluster. Near 1 the
 * clusters are far apart, near 0 they are one. Cost O(n^2 k).
 *
 * @param points n points of k coordinates
 * @param clusters of each point, 0 or 1; both occur
 */
export function silhouette(points: readonly (readonly number[])[], clusters: readonly number[]): number {
  const sizes = [0, 0];
  for (const cluster of clusters) sizes[cluster]++;
  // Of point i, its summed distance to cluster c is at 2 i + c.
  const sums = new Float64Array(2 * points.length);
  for (let i = 0; i < points.length; i++) {
    for (let j = 0; j < i; j++) {
      const distance = Math.sqrt(squaredDistance(points[i], points[j]));
      sums[2 * i + clusters[j]] += distance;
      sums[2 * j + clusters[i]] += distance;
    }
  }
  const single = clusters.map((own, i) => {
    const a = sums[2 * i + own] / (sizes[own] - 1);
    const b = sums[2 * i + 1 - own] / sizes[1 - own];
    return sizes[own] === 1 || a === b ? 0 : (b - a) / Math.max(a, b);
  });
  return single.reduce((sum, value) => sum + value, 0) / points.length;
}
