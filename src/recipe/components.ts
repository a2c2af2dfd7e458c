/** From a recipe's words to the methods they name. A new method is one more line here and in its schema list. */

import type { Aggregator } from "../aggregation/aggregator.ts";
import { meanAggregator } from "../aggregation/mean.ts";
import { ruleAggregator } from "../aggregation/rule-aggregator.ts";
import type { EmbeddingTable, Holdings } from "../federated/embeddings.ts";
import type { Protocol } from "../federated/protocol.ts";
import { embeddings } from "../federated/protocols/embeddings/embeddings.ts";
import { plain } from "../federated/protocols/plain.ts";
import { serverAdaptive } from "../federated/server-optimizers/adaptive.ts";
import { serverMomentum } from "../federated/server-optimizers/momentum.ts";
import { serverScaffold } from "../federated/server-optimizers/scaffold.ts";
import type { ServerOptimizer } from "../federated/server-optimizers/server-optimizer.ts";
import type { LocalWork } from "../learn/training.ts";
import type { SimulationRandom } from "../numeric/random.ts";
import { SecureRandom } from "../numeric/secure-random.ts";
import type { PartyId } from "../runtime/party.ts";
import { acrossGroups } from "../secure/across-groups.ts";
import type { SecureEnvironment } from "../secure/environment.ts";
import { lightSecAgg } from "../secure/lightsecagg/lightsecagg.ts";
import { secAggPlus } from "../secure/secagg-plus/secagg-plus.ts";
import { secEa } from "../secure/secea/secea.ts";
import { swiftAggPlus } from "../secure/swiftagg-plus/swiftagg-plus.ts";
import { type EmbeddingsProtocol, isEmbeddings, type SecureSum } from "./protocol-families.ts";
import { ruleOf } from "./rule-of.ts";
import type { Recipe } from "./schema.ts";
import {
  fewestSummed,
  lightSecAggOptions,
  type Sums,
  secAggPlusOptions,
  sumsOf,
  swiftAggPlusOptions,
} from "./secure-options.ts";

/** What a protocol needs besides its recipe. */
export interface ProtocolEnvironment extends SecureEnvironment {
  /** Where the server's own examples are, for aggregators that use some. */
  readonly referenceShard?: number;
  /** What protocols need whose clients share embeddings. */
  readonly embeddings?: { readonly table: EmbeddingTable; readonly holdings: (client: PartyId) => Holdings };
}

/** The environment of a party on this machine; stochastic rounding follows from `random`, secrets from nothing. */
export function protocolEnvironment(
  random: SimulationRandom,
  own: Omit<ProtocolEnvironment, "secrets" | "rounding"> = {},
): ProtocolEnvironment {
  return { secrets: SecureRandom.platform(), rounding: random.stream("rounding"), ...own };
}

/** The protocol, for both of its sides. */
export function protocolOf(
  { protocol, aggregator, privacy }: Pick<Recipe, "protocol" | "aggregator" | "privacy">,
  env: ProtocolEnvironment,
): Protocol {
  const sum = sumsOf({ aggregator, privacy });
  if (protocol.kind === "plain") {
    return plain({
      ...{ aggregator: () => aggregatorOf(aggregator), weights: sum.weights },
      ...(env.referenceShard !== undefined && { referenceShard: env.referenceShard }),
    });
  }
  if (isEmbeddings(protocol)) return embeddingsProtocolOf(protocol, env);
  const sums = { ...secureProtocolOf(protocol, sum, env), needs: fewestSummed(protocol, privacy) };
  const { groups } = protocol;
  if (groups === undefined) return sums;
  const across = acrossGroups(sums, { groups, aggregator: () => aggregatorOf(aggregator) });
  return { ...across, needs: groups * sums.needs };
}

function embeddingsProtocolOf(protocol: EmbeddingsProtocol, env: ProtocolEnvironment): Protocol {
  if (env.embeddings === undefined)
    throw new Error(`Nothing says what clients share under ${protocol.kind}.`);
  if (protocol.kind === "embeddings") return embeddings({ exchange: protocol.exchange, ...env.embeddings });
  const { kind: _, ...options } = protocol;
  return secEa({ ...options, ...env.embeddings }, env);
}

function secureProtocolOf(protocol: SecureSum, sum: Sums, env: SecureEnvironment): Protocol {
  switch (protocol.kind) {
    case "swiftagg-plus":
      return swiftAggPlus(swiftAggPlusOptions(protocol, sum), env);
    case "lightsecagg":
      return lightSecAgg(lightSecAggOptions(protocol, sum), env);
    case "secagg-plus":
    case "secagg":
      return secAggPlus(secAggPlusOptions(protocol, sum), env);
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
