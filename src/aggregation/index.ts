/** `coterie/aggregation`: rules that combine updates in the clear. */
export type { Aggregate, Aggregator, Collection, Contribution } from "./aggregator.ts";
export { mean, meanAggregator } from "./mean.ts";
