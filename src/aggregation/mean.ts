import { RunError } from "../errors.ts";
import type { Aggregate, Aggregator, Collection, Contribution } from "./aggregator.ts";

/**
 * Every product weight * update[i] is rounded to a multiple of this quantum before it is added, so that sums of
 * doubles are exact and therefore independent of order, as long as no |sum| exceeds 2^53 quanta (2 million).
 * Beyond that the sum stays an ordinary double sum: still accurate, no longer order-free.
 */
const QUANTUM = 2 ** -32;

/** Adding and subtracting 1.5 * 2^52 quanta rounds a double to a whole number of quanta. */
const ROUNDER = 1.5 * 2 ** 52 * QUANTUM;

/**
 * The weighted mean sum(w_k * u_k) / sum(w_k) of McMahan et al. 2016 (FedAvg, Algorithm 1), streamed: memory is
 * one vector of d doubles whatever the number of clients, and the same contributions give the same bits in any
 * order. Error of the rounding: at most 2^-33 * count / sum(w_k) per entry.
 *
 * @param updates n vectors of equal length d
 * @param options.weights n weights > 0; all 1 when absent
 * @throws RunError when there are no updates or their lengths differ
 * @example mean([Float32Array.of(1, 2), Float32Array.of(3, 4)]) // [2, 3]
 */
export function mean(
  updates: readonly Float32Array[],
  options: { readonly weights?: readonly number[] } = {},
): Float32Array {
  const collection = new MeanCollection(updates[0]?.length ?? 0);
  updates.forEach((update, k) => {
    collection.add({ client: String(k), update, weight: options.weights?.[k] ?? 1 });
  });
  return collection.finish().update;
}

/** The mean as a round's aggregator. */
export const meanAggregator: Aggregator = {
  kind: "mean",
  needs: 1,
  condition: "",
  usesReference: false,
  collect: (dimension) => new MeanCollection(dimension),
};

class MeanCollection implements Collection {
  readonly #sum: Float64Array;
  #weight = 0;

  constructor(dimension: number) {
    this.#sum = new Float64Array(dimension);
  }

  add({ update, weight }: Contribution): void {
    const sum = this.#sum;
    if (update.length !== sum.length) {
      throw new RunError(
        "aggregation.length",
        `An update has ${update.length} entries where ${sum.length} were expected.`,
      );
    }
    for (let i = 0; i < sum.length; i++) {
      sum[i] += weight * update[i] + ROUNDER - ROUNDER;
    }
    this.#weight += weight;
  }

  finish(): Aggregate {
    if (this.#weight === 0) throw new RunError("aggregation.empty", "There is nothing to average.");
    const scale = 1 / this.#weight;
    const update = new Float32Array(this.#sum.length);
    for (let i = 0; i < update.length; i++) update[i] = this.#sum[i] * scale;
    return { update, excluded: [] };
  }
}
