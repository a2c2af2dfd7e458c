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
  noProximal,
  noOverSelection,
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
  const { kind, rate } = recipe.server.optimizer;
  return unless(
    kind === "average" && rate === 1,
    recipe,
    kind === "average" ? "server.optimizer.rate" : "server.optimizer.kind",
    `under ${recipe.protocol.kind} the server has no model that it could step; remove server.optimizer`,
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

function noProximal(recipe: Recipe): Problem | undefined {
  return unless(
    recipe.local.proximal === 0,
    recipe,
    "local.proximal",
    `local.proximal (FedProx) holds clients near one model, and under ${recipe.protocol.kind} each has its own; set it to 0`,
  );
}

function noOverSelection(recipe: Recipe): Problem | undefined {
  return unless(
    recipe.select.over === 1,
    recipe,
    "select.over",
    `under ${recipe.protocol.kind} a round waits for all who are asked; set select.over to 1`,
  );
}

/** Its clients register once, and are all needed to answer. */
function everyoneAsked({ protocol, select }: Recipe): Problem | undefined {
  if (protocol.kind !== "secea" || select.fraction === 1) return undefined;
  return impossible(
    "select.fraction",
    "under secea all clients take part in every round; set select.fraction to 1",
  );
}

function enoughForSecEa({ protocol, clients }: Recipe): Problem | undefined {
  if (protocol.kind !== "secea") return undefined;
  const { colluders, dropouts } = protocol;
  if (clients < colluders + dropouts + 2) {
    return impossible(
      "clients",
      `${clients} clients of whom ${dropouts} may fall silent and ${colluders} collude do not leave two to hide each other; ask at least ${colluders + dropouts + 2}`,
    );
  }
  try {
    planShape(clients, 1, protocol);
    return undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const sentence = error.message.charAt(0).toLowerCase() + error.message.slice(1).replace(/\.$/, "");
    return impossible("protocol", sentence);
  }
}
