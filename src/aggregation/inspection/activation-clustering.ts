import { RunError } from "../../errors.ts";
import { allFinite } from "../../numeric/finite.ts";
import type { SimulationRandom } from "../../numeric/random.ts";
import { checkLength } from "../rules/apply-rule.ts";
import { checkPositive } from "../rules/settings.ts";
import { principalComponents } from "./principal-components.ts";
import { silhouette } from "./silhouette.ts";
import { twoMeans } from "./two-means.ts";

export interface ActivationClusteringOptions {
  /** For the starts of 2-means. */
  readonly random: SimulationRandom;
  /** A class is suspicious only if its smaller cluster is at most this share of it; 0.35 when absent. */
  readonly largestShare?: number;
  /**
   * `principal` when absent: few and far examples stand out. `independent`, the paper's, measures every direction in
   * its own deviation (2-means cannot tell independent components from whitened principal ones): poison stands out that
   * a class's own variety would hide, and so does chance in classes of few hundred examples.
   */
  readonly components?: "principal" | "independent";
  /** And only if the silhouette of its two clusters is at least this; 0.15 when absent. */
  readonly leastSilhouette?: number;
}

/** What the activations of one class look like. */
export interface ClassInspection {
  readonly label: number;
  /** Examples of the class. */
  readonly size: number;
  /** Share of the class in the smaller cluster, in [0, 0.5]; 0 where there are no two. */
  readonly share: number;
  /** How well the two clusters are apart, in [-1, 1]; 0 where there are no two. */
  readonly silhouette: number;
  /** The indices of the examples in the smaller cluster of a suspicious class, ascending; empty otherwise. */
  readonly flagged: readonly number[];
}

const COMPONENTS = 10;
const RUNS = 10;

/**
 * Activation clustering (Chen et al. 2018, "Detecting backdoor attacks on deep neural networks by activation
 * clustering", Algorithm 1, with the analyses by relative size and silhouette): of each class the last hidden layer's
 * activations are brought to 10 components and cut into two by 2-means, the best of 10 starts. Poisoned
 * examples reach their label by other features than clean ones, so they make a small cluster of their own.
 *
 * Take it where the trained model and labelled examples can be looked at together: it finds poisoned data, not
 * clients. A class of two natural kinds, one of them rare, is flagged as well; poison that is more than a third of
 * its class, or spread over all classes thinly, is not.
 *
 * @param activations n vectors of equal length p, of any classes
 * @param labels n whole numbers: the label that each example was trained with
 * @returns one entry a class that occurs, by ascending label; cost O(m^2) for a class of m, and O(m p^2 + p^3)
 * @throws RunError when lengths differ or an activation is not finite
 * @throws InputError when a setting is impossible
 * @example clusterActivations(activations, labels, { random }).flatMap(({ flagged }) => flagged)
 */
export function clusterActivations(
  activations: readonly Float32Array[],
  labels: ArrayLike<number>,
  options: ActivationClusteringOptions,
): ClassInspection[] {
  const { random, components = "principal", largestShare = 0.35, leastSilhouette = 0.15 } = options;
  checkPositive("largestShare", largestShare);
  checkPositive("leastSilhouette", leastSilhouette);
  check(activations, labels);
  const examples = Map.groupBy(activations.keys(), (i) => labels[i]);
  const ascending = [...examples].sort(([a], [b]) => a - b);
  return ascending.map(([label, indices]) => {
    const inspected = inspect(
      indices.map((i) => activations[i]),
      components === "independent",
      random.stream("class", label),
    );
    const suspicious = inspected.share <= largestShare && inspected.silhouette >= leastSilhouette;
    return {
      label,
      size: indices.length,
      share: inspected.share,
      silhouette: inspected.silhouette,
      flagged: suspicious ? inspected.smaller.map((k) => indices[k]) : [],
    };
  });
}

/** The smaller of the two clusters of one class, the second of equals. */
function inspect(rows: readonly Float32Array[], whiten: boolean, random: SimulationRandom) {
  const differ = rows.some((row) => row.some((value, j) => value !== rows[0][j]));
  if (!differ) return { share: 0, silhouette: 0, smaller: [] };
  const points = principalComponents(rows, COMPONENTS, whiten);
  const clusters = twoMeans(points, RUNS, random);
  const [first, second] = [0, 1].map((cluster) =>
    [...clusters.keys()].filter((k) => clusters[k] === cluster),
  );
  const smaller = first.length < second.length ? first : second;
  return { share: smaller.length / rows.length, silhouette: silhouette(points, clusters), smaller };
}

function check(activations: readonly Float32Array[], labels: ArrayLike<number>): void {
  if (labels.length !== activations.length) {
    throw new RunError(
      "aggregation.length",
      `There are ${labels.length} labels for ${activations.length} activations: give one for each.`,
    );
  }
  activations.forEach((row, i) => {
    checkLength(`Activation ${i}`, row, activations[0].length);
    if (!allFinite(row)) {
      throw new RunError(
        "aggregation.not-finite",
        `Activation ${i} has an entry that is NaN or infinite: the model that made it has diverged.`,
      );
    }
  });
}
