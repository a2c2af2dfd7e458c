/** From a recipe's words to the methods they name. A new method is one more line here and in its schema list. */
import type { Aggregator } from "../aggregation/aggregator.ts";
import { meanAggregator } from "../aggregation/mean.ts";
import type { Protocol } from "../federated/protocol.ts";
import { plain } from "../federated/protocols/plain.ts";
import { serverAdaptive } from "../federated/server-optimizers/adaptive.ts";
import { serverMomentum } from "../federated/server-optimizers/momentum.ts";
import { serverScaffold } from "../federated/server-optimizers/scaffold.ts";
import type { ServerOptimizer } from "../federated/server-optimizers/server-optimizer.ts";
import type { LocalWork } from "../learn/training.ts";
import type { Recipe } from "./schema.ts";

/** The protocol, for both of its sides. */
export function protocolOf(recipe: Pick<Recipe, "protocol" | "aggregator">): Protocol {
  switch (recipe.protocol.kind) {
    case "plain":
      return plain({ aggregator: aggregatorOf(recipe), weights: recipe.aggregator.weights });
  }
}

function aggregatorOf(recipe: Pick<Recipe, "aggregator">): Aggregator {
  switch (recipe.aggregator.kind) {
    case "mean":
      return meanAggregator;
  }
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

export function localWorkOf({ local: { epochs, batch, optimizer, proximal } }: Recipe): LocalWork {
  return { epochs, batch, optimizer, ...(proximal > 0 && { proximal }) };
}
