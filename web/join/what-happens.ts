/** What the server offers, in words for the owner of the data: what will happen, and who sees what. */
import type { DataPlan, FactsPlan, ImagePlan, TablePlan } from "../../src/data/data-plan.ts";
import type { LocalWork } from "../../src/learn/training.ts";
import { epsilonOf, gaussianCurve } from "../../src/privacy/renyi.ts";
import { type EmbeddingsProtocol, isEmbeddings, isSecureSum } from "../../src/recipe/protocol-families.ts";
import type { Fact } from "../../src/records/report/facts.ts";
import { formatBytes, formatNumber, formatSeconds } from "../../src/records/report/format.ts";
import type { Offer } from "./worker-protocol.ts";

/** Bytes of what a client gets, and of what it sends, in one round: vectors of four bytes an entry, framing aside. */
function roundBytes({ plan, corrected }: Offer): number {
  return 4 * plan.dimension * (corrected ? 2 : 1);
}

export function factsOf(offer: Offer): Fact[] {
  const { plan, task } = offer;
  const ofTheirOwn = isEmbeddings(plan.protocol) ? "; every device keeps one of its own" : "";
  const parameters = `a model of ${formatNumber(plan.dimension)} parameters`;
  return [
    ["Run", plan.run === plan.recipe ? plan.run : `${plan.run} (recipe ${plan.recipe})`],
    ["What is learnt", `${task}, ${parameters}${ofTheirOwn}`],
    ["How long", `${plural(plan.rounds, "round")}; ${waiting(plan.deadline)}`],
    ...(isEmbeddings(plan.protocol) ? ownModelFacts(offer, plan.protocol) : updateFacts(offer)),
  ];
}

/** One model for all: every round it comes, and an update of it goes. */
function updateFacts(offer: Offer): Fact[] {
  const { plan, work } = offer;
  const bytes = roundBytes(offer);
  const control = offer.corrected ? " and a control variate" : "";
  return [
    ["Your device, each round", `receives the model (${formatBytes(bytes)}) and trains: ${workText(work)}`],
    isSecureSum(plan.protocol)
      ? [
          "It sends, each round",
          `its update${control} (${formatBytes(bytes)}) and how much that weighs, in shares or under masks, to the server and to other clients, and keys and shares to undo them`,
        ]
      : [
          "It sends, each round",
          `an update of the model${control} (${formatBytes(bytes)}), how many examples you have, and, if asked, how well the model does on them`,
        ],
    [
      "In all",
      `${isSecureSum(plan.protocol) ? "more than" : "up to"} ${formatBytes(bytes * plan.rounds)} each way, if it is asked in every round`,
    ],
  ];
}

/** A model on every device, which never leaves it whole. */
function ownModelFacts(offer: Offer, protocol: EmbeddingsProtocol): Fact[] {
  const bytes = roundBytes(offer);
  return [
    [
      "Your device, each round",
      `trains its own model, at first the one that all devices begin with: ${workText(offer.work)}`,
    ],
    ...exchangeFacts(protocol, bytes, bytes * offer.plan.rounds),
    [
      "What you gain",
      "your device's own model, which you can download; where the browser allows it, it is also kept here until the run is finished, so that you go on from it after a reload",
    ],
  ];
}

/**
 * @param most bytes that are exchanged in the clear each way in a round, about: as if the data spoke of all entities
 * @param mostInAll the same over all rounds
 */
function exchangeFacts(protocol: EmbeddingsProtocol, most: number, mostInAll: number): Fact[] {
  if (protocol.kind === "secea") {
    return [
      [
        "It sends, each round",
        "its table of embeddings, answers to other devices' queries, and how well its own model does on the facts that are held out: all in shares, to other devices; sums of such shares to the server; and keys",
      ],
      ["It sends at first", "in shares too, which entities it has, and queries for their embeddings"],
      ["It receives", "the mean of each of its entities' embeddings, in answers of other devices"],
      [
        "In all",
        "more than a table of embeddings each way in every round, and often many times that when devices come for the first time; how much depends on how many take part",
      ],
    ];
  }
  const measured = "on how many held-out examples its own model is measured, and how well it does";
  if (protocol.exchange === "none") {
    return [
      ["It sends, each round", `${measured}; nothing of the model`],
      ["In all", "next to nothing"],
    ];
  }
  const means =
    protocol.exchange === "mean"
      ? "the mean of each of its entities' embeddings"
      : "the mean of the embeddings of those entities that all devices have";
  return [
    ["It sends, each round", `the numbers of its entities and their embeddings, in the clear; ${measured}`],
    ["It receives", means],
    [
      "In all",
      `about ${formatBytes(most)} each way in a round at most, ${formatBytes(mostInAll)} over all rounds; less, the fewer entities your data speak of`,
    ],
  ];
}

function waiting(deadline: number | null): string {
  return deadline === null
    ? "each waits for everyone who is asked"
    : `each waits at most ${formatSeconds(deadline)} for those who are asked`;
}

function workText({ epochs, steps, batch, optimizer, proximal }: LocalWork): string {
  const passes = epochs === 1 ? "one pass" : `${epochs} passes`;
  const extra = proximal ? `, held near the model by FedProx (${proximal})` : "";
  const most = steps === undefined ? "" : ` (${plural(steps, "step")} at most)`;
  return `${passes} over your data${most} in batches of ${batch}, ${optimizer.kind.toUpperCase()} at rate ${optimizer.rate}${extra}`;
}

/** Who sees the updates; a new protocol says so here. */
export function protectionOf({ protocol, privacy, rounds }: Offer["plan"]): string {
  const limits = `${ownLimits} ${privacy === null ? noNoise : noise(privacy, rounds)}`;
  switch (protocol.kind) {
    case "plain":
      return "The server sees your update by itself, not only the sum of everyone's. An update is not your data, but it can tell something about it, and the programs that make it come from the server: take part only with a server that you trust so far. This run adds no masks and no noise.";
    case "swiftagg-plus":
    case "lightsecagg":
      return `${summedOnly} ${together(protocol.colluders)} ${limits}`;
    case "secagg-plus":
    case "secagg":
      return `${summedOnly} It takes more clients than the run expects to collude with the server to see your update alone. ${limits}`;
    case "secea":
      return `Your embeddings leave this device only in shares that are no use alone, and nobody learns which entities you have, or how well your model does: only sums over all devices become known, and which entities anybody has. ${together(protocol.colluders)} But whoever has an entity learns the sum of its embeddings: where only two have it, each learns the other's. ${ownLimits} No noise is added: the means can still tell something.`;
    case "embeddings":
      return protocol.exchange === "none"
        ? "Nothing of your model leaves this device. The server sees how well it does."
        : "The server sees which entities you have, and their embeddings, each by itself. They are not your data, but can tell something about them: take part only with a server that you trust so far. This run adds no masks and no noise.";
  }
}

const summedOnly =
  "Your update leaves this device only in a form that is no use alone: the server learns the sum of everyone's updates and not yours.";

const ownLimits =
  "This holds against parties who follow the rules and only pool what they see; the programs come from the server, and so do the other clients' keys.";

const noNoise = "No noise is added: the sum itself can still tell something.";

/** What the noise is worth, by the Gaussian law that it all but has. */
function noise({ clip, noise, delta }: NonNullable<Offer["plan"]["privacy"]>, rounds: number): string {
  const epsilon = epsilonOf(gaussianCurve(noise), { releases: rounds, delta });
  const worth = `epsilon is about ${formatNumber(Number(epsilon.toPrecision(2)))} for delta ${delta} over all rounds, if none is repeated`;
  return `Your device cuts its update to the norm ${clip} and adds noise to it, and others to theirs, ${noise} times that in all: ${worth}. The smaller epsilon, the less can be told of you; 1 is much protection, and 10 or more is little.`;
}

function together(colluders: number): string {
  return colluders === 0
    ? "That is so as long as no client shares what it sees with the server."
    : `Up to ${plural(colluders, "client")} together with the server can tell no more.`;
}

/** What the run can be given, in a sentence. */
export function neededData(plan: DataPlan): string {
  switch (plan.kind) {
    case "table":
      return `A CSV or Parquet file, one row per example, with a column ${plan.label} for the class and ${plural(plan.features.length, "column")} of features. Other columns are ignored.`;
    case "facts":
      return "A CSV file, one fact per row, with the columns head, relation and tail. Other columns are ignored.";
    case "images":
      return neededPictures(plan);
  }
}

/** What the data are made of: the noun for one of them. */
export function thingOf({ kind }: DataPlan): string {
  return kind === "facts" ? "fact" : "example";
}

function neededPictures({ shape }: ImagePlan): string {
  const [channels, rows, columns] = shape;
  if (shape.length !== 3 || (channels !== 1 && channels !== 3)) {
    return `Arrays of ${shape.join(" × ")} bytes: a pair of IDX files, or a CSV file of their values.`;
  }
  const colour = channels === 1 ? "grey" : "coloured";
  return `Pictures in one folder per class (they are made ${colour}, ${rows} × ${columns} pixels), a pair of IDX files, or a CSV file of pixels.`;
}

/** The columns of a table that are asked for, each with what it holds. */
export function neededColumns(plan: TablePlan | FactsPlan): Fact[] {
  if (plan.kind === "facts") {
    return [
      ["head", `the entity that the fact is about, one of ${listed(plan.entities)}`],
      ["relation", `one of ${listed(plan.relations)}`],
      ["tail", "the entity that the head has the relation to, one of the same"],
    ];
  }
  return [
    [plan.label, `the class: ${listed(plan.classNames)}`],
    ...plan.features.map(
      (column): Fact => [
        column.name,
        column.kind === "number" ? "a number" : `one of ${listed(column.categories)}`,
      ],
    ),
  ];
}

/** Names that are shown of a long list. */
const some = 20;

/** Characters that are shown of a name in a list. */
const longest = 60;

export function listed(names: readonly string[]): string {
  const rest = names.length - some;
  return names.slice(0, some).map(shortened).join(", ") + (rest > 0 ? ` and ${formatNumber(rest)} more` : "");
}

function shortened(name: string): string {
  const characters = [...name];
  return characters.length <= longest ? name : `${characters.slice(0, longest - 1).join("")}…`;
}

/** 1 becomes "1 round", 2 "2 rounds". */
export function plural(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? "" : "s"}`;
}
