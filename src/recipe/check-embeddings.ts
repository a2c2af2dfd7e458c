/** What cannot be combined with protocols under which clients keep models of their own. */
import { InputError } from "../errors.ts";
import { planShape } from "../secure/secea/shape.ts";
import type { Problem } from "./explain.ts";
import { type Check, impossible } from "./impossible.ts";
import { isEmbeddings } from "./protocol-families.ts";
import type { Recipe } from "./schema.ts";

export const embeddingsChecks: readonly Check[] = [
  aggregatorUnused,
  serverOptimizerUnused,
  noAdversary,
  alwaysMeasured,
  noWorkerMomentum,
  everyoneAsked,
  enoughForSecEa,
];

function unless(wanted: boolean, { protocol }: Recipe, path: string, sentence: string): Problem | undefined {
  return wanted || !isEmbeddings(protocol) ? undefined : impossible(path, sentence);
}

function aggregatorUnused(recipe: Recipe): Problem | undefined {
  const { protocol, aggregator } = recipe;
  return unless(
    aggregator.kind === "mean",
    recipe,
    "aggregator.kind",
    `under ${protocol.kind} there are means of embeddings over those who have them, and nothing for ${aggregator.kind} to combine; set aggregator.kind to mean`,
  );
}

function serverOptimizerUnused(recipe: Recipe): Problem | undefined {
  const { kind } = recipe.server.optimizer;
  return unless(
    kind === "average",
    recipe,
    "server.optimizer.kind",
    `under ${recipe.protocol.kind} the server has no model that ${kind} could step; set server.optimizer.kind to average`,
  );
}

function noAdversary(recipe: Recipe): Problem | undefined {
  return unless(
    recipe.adversary === null,
    recipe,
    "adversary",
    `the attacks are on updates, and ${recipe.protocol.kind} has none; set adversary to null`,
  );
}

function alwaysMeasured(recipe: Recipe): Problem | undefined {
  const { every, clients } = recipe.evaluate;
  return unless(
    every === 1 && !clients,
    recipe,
    clients ? "evaluate.clients" : "evaluate.every",
    `under ${recipe.protocol.kind} clients measure their own models in every round; remove evaluate`,
  );
}

function noWorkerMomentum(recipe: Recipe): Problem | undefined {
  return unless(
    recipe.local.workerMomentum === 0,
    recipe,
    "local.workerMomentum",
    `worker momentum is of updates, and ${recipe.protocol.kind} has none; set local.workerMomentum to 0`,
  );
}

/** Its clients register once, and are all needed to answer. */
function everyoneAsked({ protocol, select }: Recipe): Problem | undefined {
  if (protocol.kind !== "secea" || (select.fraction === 1 && select.over === 1)) return undefined;
  return impossible(
    "select",
    "under secea all clients take part in every round; set select.fraction and select.over to 1",
  );
}

function enoughForSecEa({ protocol, clients }: Recipe): Problem | undefined {
  if (protocol.kind !== "secea") return undefined;
  try {
    planShape(clients, 1, protocol);
    return undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const sentence = error.message.charAt(0).toLowerCase() + error.message.slice(1).replace(/\.$/, "");
    return impossible("protocol", sentence);
  }
}
