/** `coterie/aggregation`: rules that combine updates in the clear. */
export type { Aggregate, Aggregator, Collection, Contribution } from "./aggregator.ts";
export { type ArcOptions, arc, arcStep } from "./before/arc.ts";
export { type BucketingOptions, bucketing, bucketingStep } from "./before/bucketing.ts";
export { clip, clipStep } from "./before/clip.ts";
export {
  type NearestNeighbourMixingOptions,
  nearestNeighbourMixing,
  nearestNeighbourMixingStep,
} from "./before/nearest-neighbour-mixing.ts";
export type { BeforeStep, Prepared } from "./before/step.ts";
export { withBefore } from "./before/with-before.ts";
export {
  type ActivationClusteringOptions,
  type ClassInspection,
  clusterActivations,
} from "./inspection/activation-clustering.ts";
export { mean, meanAggregator } from "./mean.ts";
export type { Combination, Conditions, Rule, RuleInput } from "./rule.ts";
export { ruleAggregator } from "./rule-aggregator.ts";
export { applyRule } from "./rules/apply-rule.ts";
export { type AurorOptions, type AurorState, auror, aurorRule } from "./rules/auror.ts";
export { type BulyanOptions, bulyan, bulyanRule, bulyanSelection } from "./rules/bulyan.ts";
export { type CenteredClipOptions, centeredClip, centeredClipRule } from "./rules/centered-clip.ts";
export type { NormOptions } from "./rules/clip-factors.ts";
export { fltrust, fltrustRule } from "./rules/fltrust.ts";
export { type FoolsGoldState, foolsGold, foolsGoldRule, foolsGoldWeights } from "./rules/fools-gold.ts";
export {
  type GeometricMedianOptions,
  geometricMedian,
  geometricMedianRule,
} from "./rules/geometric-median.ts";
export { type KrumOptions, krum, krumRule, krumScores, krumSelection } from "./rules/krum.ts";
export type { KrumVariant } from "./rules/krum-scoring.ts";
export { type MdaOptions, mda, mdaRule } from "./rules/mda.ts";
export { type MeamedOptions, meamed, meamedRule } from "./rules/meamed.ts";
export { meanRule } from "./rules/mean-rule.ts";
export { type MedianOptions, median, medianRule } from "./rules/median.ts";
export { type MedianOfMeansOptions, medianOfMeans, medianOfMeansRule } from "./rules/median-of-means.ts";
export { type MultiKrumOptions, multiKrum, multiKrumRule, multiKrumSelection } from "./rules/multi-krum.ts";
export { normClip, normClipRule } from "./rules/norm-clip.ts";
export type { Requirement } from "./rules/requirement.ts";
export { type TrimmedMeanOptions, trimmedMean, trimmedMeanRule } from "./rules/trimmed-mean.ts";
