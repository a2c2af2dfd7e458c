/** From a recipe's words to the methods they name. A new method is one more line here and in its schema list. */
import type { Aggregator } from "../aggregation/aggregator.ts";
import { meanAggregator } from "../aggregation/mean.ts";
import { ruleAggregator } from "../aggregation/rule-aggregator.ts";
import type { Protocol } from "../federated/protocol.ts";
import { plain } from "../federated/protocols/plain.ts";
import { serverAdaptive } from "../federated/server-optimizers/adaptive.ts";
import { serverMomentum } from "../federated/server-optimizers/momentum.ts";
import { serverScaffold } from "../federated/server-optimizers/scaffold.ts";
import type { ServerOptimizer } from "../federated/server-optimizers/server-optimizer.ts";
import type { LocalWork } from "../learn/training.ts";
import { ruleOf } from "./rule-of.ts";
import type { Recipe } from "./schema.ts";

/**
 * The protocol, for both of its sides.
 *
 * @param referenceShard where the server's own examples are, for aggregators that use some
 */
export function protocolOf(
  { protocol, aggregator }: Pick<Recipe, "protocol" | "aggregator">,
  referenceShard?: number,
): Protocol {
  switch (protocol.kind) {
    case "plain":
      return plain({
        aggregator: () => aggregatorOf(aggregator),
        weights: aggregator.kind === "mean" ? aggregator.weights : "uniform",
        ...(referenceShard !== undefined && { referenceShard }),
      });
  }
}

function aggregatorOf(aggregator: Recipe["aggregator"]): Aggregator {
  return aggregator.kind === "mean" ? meanAggregator : ruleAggregator(ruleOf(aggregator));
}

export function serverOptimizerOf({ server: { optimizer } }: Recipe): ServerOptimizer {
  switch (optimizer.kind) {
    case "average":
      return serverMomentum({ rate: optimizer.rate, momentum: 0 });
    case "momentum":
      return serverMomentum(optimizer);
    case "adagrad":
      // Adagrad sums the squares and has no decay of its own.
      return serverAdaptive({ ...optimizer, beta2: 0 });
    case "adam":
    case "yogi":
      return serverAdaptive(optimizer);
    case "scaffold":
      return serverScaffold(optimizer);
  }
}

export function localWorkOf({ local }: Recipe): LocalWork {
  const { epochs, steps, batch, optimizer, proximal, workerMomentum } = local;
  return {
    ...{ epochs, batch, optimizer },
    ...(steps !== undefined && { steps }),
    ...(proximal > 0 && { proximal }),
    ...(workerMomentum > 0 && { workerMomentum }),
  };
}
