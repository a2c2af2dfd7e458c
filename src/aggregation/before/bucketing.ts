import type { SimulationRandom } from "../../numeric/random.ts";
import { checkUpdates } from "../rules/apply-rule.ts";
import { meanOf } from "../rules/mean-of.ts";
import { checkWhole } from "../rules/settings.ts";
import type { BeforeStep } from "./step.ts";

export interface BucketingOptions {
  /** s, how many updates are averaged; 2 is usual, and more than n / (2f) leaves no honest majority. */
  readonly size: number;
}

/**
 * Bucketing (Karimireddy, He, Jaggi 2022, Algorithm 1): the updates are shuffled and replaced by the means of groups
 * of s, the last of which may be smaller.
 *
 * Take it where clients' data differ, before a rule that would otherwise choose a single client: means differ less.
 * Each Byzantine update can spoil a bucket, so the rule behind it must bear f of only n / s rows.
 *
 * @param updates n >= 1 vectors of equal length d
 * @param options.random for the shuffle
 * @returns n / s vectors, rounded up, of length d; cost O(n d), memory O(n d / s)
 * @throws RunError when there are no updates, their lengths differ, or an entry is not finite
 * @throws InputError when a setting is impossible
 * @example median(bucketing(updates, { size: 2, random: SimulationRandom.fromSeed(1) }))
 */
export function bucketing(
  updates: readonly Float32Array[],
  { size, random }: BucketingOptions & { readonly random: SimulationRandom },
): Float32Array[] {
  checkWhole("size", size, 1);
  checkUpdates({ kind: "bucketing", needs: 1, condition: "" }, updates);
  return bucketMeans(updates, random.shuffle([...updates.keys()]), size);
}

/** {@link bucketing} before a rule. */
export function bucketingStep({ size }: BucketingOptions): BeforeStep {
  checkWhole("size", size, 1);
  return {
    kind: "bucketing",
    keepsClients: false,
    requires: (inner) => ({
      needs: (inner.needs - 1) * size + 1,
      condition: inner.condition && `${inner.condition} of buckets of ${size}`,
    }),
    apply: (rows, random) => ({ rows: bucketMeans(rows, random.shuffle([...rows.keys()]), size) }),
  };
}

/** The means of the rows taken `size` at a time in the given order. */
export function bucketMeans(
  rows: readonly Float32Array[],
  order: readonly number[],
  size: number,
): Float32Array[] {
  return Array.from({ length: Math.ceil(order.length / size) }, (_, b) =>
    meanOf(rows, order.slice(b * size, (b + 1) * size)),
  );
}
