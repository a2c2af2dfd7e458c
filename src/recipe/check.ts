/**
 * Combinations that no key alone can refuse. Each check looks at one of them and says in one sentence which number
 * or word to change. What needs the data itself (columns, rows, owners) is checked where the data is read.
 */
import { type DatasetCard, datasets } from "../data/datasets.ts";
import { CoterieError } from "../errors.ts";
import { findTask, type RegisteredTask } from "../learn/tasks/registry.ts";
import { byzantineChecks } from "./check-byzantine.ts";
import { embeddingsChecks } from "./check-embeddings.ts";
import { privacyChecks } from "./check-privacy.ts";
import { secureChecks } from "./check-secure.ts";
import type { Problem } from "./explain.ts";
import { type Check, impossible } from "./impossible.ts";
import type { Recipe } from "./schema.ts";

/** Everything that is impossible about a recipe which the schema has accepted. */
export function check(recipe: Recipe): Problem[] {
  return checks.flatMap((one) => one(recipe) ?? []);
}

/** Whether a recipe's `task` is the path of a module rather than a registered name. */
export function isTaskPath(task: string): boolean {
  return /[/\\]|\.[cm]?[jt]s$/.test(task);
}

const checks: readonly Check[] = [
  knownTask,
  taskSuitsData,
  distinctColumns,
  heldOutPairs,
  ownersNeedKnowing,
  enoughRows,
  enoughRowsForShards,
  enoughRowsForMinimum,
  batchWithinRows,
  minimumWithinClients,
  someoneSelected,
  overSelectionWithinClients,
  faultsNeedDeadline,
  someoneStays,
  slownessNeedsCompute,
  scaffoldNeedsPlainSgd,
  scaffoldWithoutProximal,
  ...byzantineChecks,
  ...secureChecks,
  ...privacyChecks,
  ...embeddingsChecks,
];

function knownTask({ task }: Recipe): Problem | undefined {
  if (isTaskPath(task)) return undefined;
  try {
    findTask(task);
    return undefined;
  } catch (error) {
    if (!(error instanceof CoterieError)) throw error;
    return { code: "recipe.task", path: ["task"], sentence: sentenceCase(error.message) };
  }
}

/** `There is no task "x"; ...` continues after a place and a colon, and ends without a full stop. */
function sentenceCase(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, "");
}

function registered(task: string): RegisteredTask | undefined {
  return isTaskPath(task) ? undefined : findTask(task);
}

function taskSuitsData({ task, data }: Recipe): Problem | undefined {
  if (knownTask({ task } as Recipe)) return undefined;
  const entry = registered(task);
  if (entry === undefined) return undefined;
  const wanted = entry.learnsFrom;
  const given = heldBy(data);
  if (wanted === given) return undefined;
  const remedy = {
    "a table": "give data.csv or data.parquet, or use a task such as mnist-mlp",
    pictures: "use tabular-logistic or tabular-mlp",
    facts: "set data.dataset to wordnet, or give data.facts",
  };
  const hint = given === "facts" ? "use wordnet-distmult or facts-distmult" : remedy[wanted];
  return impossible("task", `${task} learns from ${wanted}, but data is ${given}; ${hint}`);
}

function heldBy(data: Recipe["data"]): RegisteredTask["learnsFrom"] {
  if ("csv" in data || "parquet" in data) return "a table";
  if ("facts" in data) return "facts";
  return cardOf(data)?.holds ?? "pictures";
}

function distinctColumns({ data }: Recipe): Problem | undefined {
  if (!("label" in data) || data.id !== data.label) return undefined;
  return impossible(
    "data.id",
    `data.id and data.label both name the column "${data.label}"; they must differ`,
  );
}

function heldOutPairs({ data }: Recipe): Problem | undefined {
  if (!("idx" in data)) return undefined;
  const { testImages, testLabels } = data.idx;
  if ((testImages === undefined) === (testLabels === undefined)) return undefined;
  const [given, missing] =
    testImages === undefined ? ["testLabels", "testImages"] : ["testImages", "testLabels"];
  return impossible(`data.idx.${given}`, `data.idx has ${given} without ${missing}; give both or neither`);
}

function ownersNeedKnowing({ partition, data }: Recipe): Problem | undefined {
  const isByOwner = partition.kind === "natural" || partition.kind === "owners";
  const hasOwners =
    "facts" in data || ("label" in data ? data.id !== undefined : cardOf(data)?.owners !== undefined);
  if (!isByOwner || hasOwners) return undefined;
  const name = partition.kind === "natural" ? "a natural partition" : "a partition by owners";
  return impossible(
    "partition.kind",
    "label" in data
      ? `${name} needs data.id, the column that says who owns a row; name it, or choose another partition`
      : `${name} needs a table (data.csv or data.parquet) with an id column; choose another partition`,
  );
}

function cardOf(data: Recipe["data"]): DatasetCard | undefined {
  return "dataset" in data ? datasets.find(({ name }) => name === data.dataset) : undefined;
}

/** Training rows, where they are known without reading the data. */
function trainRows({ data }: Recipe): number | undefined {
  return ("train" in data ? data.train : undefined) ?? cardOf(data)?.train;
}

function enoughRows(recipe: Recipe): Problem | undefined {
  const { clients } = recipe;
  const train = trainRows(recipe);
  if (train === undefined || clients <= train) return undefined;
  return impossible("clients", `${clients} clients cannot share ${train} training rows; lower clients`);
}

function enoughRowsForShards(recipe: Recipe): Problem | undefined {
  const { clients, partition } = recipe;
  const train = trainRows(recipe);
  if (partition.kind !== "shards" || train === undefined) return undefined;
  const needed = clients * partition.perClient;
  if (needed <= train) return undefined;
  return impossible(
    "partition.perClient",
    `${clients} clients with ${partition.perClient} shards each need ${needed} rows, but there are ${train}; lower partition.perClient`,
  );
}

function enoughRowsForMinimum(recipe: Recipe): Problem | undefined {
  const { clients, partition } = recipe;
  const train = trainRows(recipe);
  if (!("minimum" in partition) || train === undefined) return undefined;
  const needed = clients * partition.minimum;
  if (needed <= train) return undefined;
  return impossible(
    "partition.minimum",
    `${clients} clients with at least ${partition.minimum} rows each need ${needed} rows, but there are ${train}; lower partition.minimum`,
  );
}

function batchWithinRows(recipe: Recipe): Problem | undefined {
  const { batch } = recipe.local;
  const train = trainRows(recipe);
  if (train === undefined || batch <= train) return undefined;
  return impossible(
    "local.batch",
    `local.batch is ${batch}, but there are only ${train} training rows; lower local.batch`,
  );
}

function minimumWithinClients({ select: { minimum }, clients }: Recipe): Problem | undefined {
  if (minimum <= clients) return undefined;
  return impossible(
    "select.minimum",
    `select.minimum is ${minimum}, but there are ${clients} clients; lower it or raise clients`,
  );
}

function someoneSelected({ select: { fraction }, clients }: Recipe): Problem | undefined {
  if (fraction * clients >= 1) return undefined;
  return impossible(
    "select.fraction",
    `select.fraction ${fraction} of ${clients} clients is less than one client; raise it to at least ${1 / clients}`,
  );
}

function overSelectionWithinClients({ select, clients }: Recipe): Problem | undefined {
  const wanted = Math.max(select.minimum, Math.round(select.fraction * clients));
  const asked = Math.ceil(wanted * select.over);
  if (asked <= clients) return undefined;
  return impossible(
    "select.over",
    `select.over ${select.over} would ask ${asked} of ${clients} clients; lower it or select.fraction`,
  );
}

/** Each of these can leave the server without an answer. */
function faultsNeedDeadline({ network, deadline }: Recipe): Problem | undefined {
  if (!network?.faults || deadline !== null) return undefined;
  const { loss, garbage, lie, leave } = network.faults;
  const given = Object.entries({ loss, garbage, lie, "leave.probability": leave?.probability ?? 0 });
  const [key, probability] = given.find(([, probability]) => probability > 0) ?? [];
  if (key === undefined) return undefined;
  return impossible(
    `network.faults.${key}`,
    `with network.faults.${key} ${probability} a round could wait for ever for a message; set a deadline in seconds`,
  );
}

function someoneStays({ network }: Recipe): Problem | undefined {
  if (network?.dropout === 1) {
    return impossible(
      "network.dropout",
      "network.dropout 1 lets every client leave in every round; lower it",
    );
  }
  const { loss, garbage, lie } = network?.faults ?? {};
  const key = loss === 1 ? "loss" : garbage === 1 ? "garbage" : lie === 1 ? "lie" : undefined;
  if (key === undefined) return undefined;
  return impossible(`network.faults.${key}`, `network.faults.${key} 1 spoils every message; lower it`);
}

function slownessNeedsCompute({ network }: Recipe): Problem | undefined {
  if (network?.slow === undefined || network.compute !== undefined) return undefined;
  return impossible(
    "network.slow",
    "network.slow slows down computing, which is instant without network.compute; add network.compute",
  );
}

function scaffoldNeedsPlainSgd({ server, local: { optimizer } }: Recipe): Problem | undefined {
  if (server.optimizer.kind !== "scaffold") return undefined;
  if (optimizer.kind !== "sgd") {
    return impossible(
      "local.optimizer.kind",
      `scaffold estimates gradients from plain SGD steps; set local.optimizer.kind to sgd instead of ${optimizer.kind}`,
    );
  }
  if (optimizer.momentum === 0) return undefined;
  return impossible(
    "local.optimizer.momentum",
    `scaffold estimates gradients from plain SGD steps; set local.optimizer.momentum to 0 instead of ${optimizer.momentum}`,
  );
}

function scaffoldWithoutProximal({ server, local: { proximal } }: Recipe): Problem | undefined {
  if (server.optimizer.kind !== "scaffold" || proximal === 0) return undefined;
  return impossible(
    "local.proximal",
    `local.proximal (FedProx) and scaffold correct the same drift in two ways; set local.proximal to 0 instead of ${proximal}`,
  );
}
