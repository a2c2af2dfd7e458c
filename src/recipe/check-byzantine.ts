/** Combinations of adversary, aggregator and the rest that cannot be. */
import { alieZMax } from "../adversary/attacks/alie.ts";
import { CoterieError } from "../errors.ts";
import { corruptedClients } from "./attack-of.ts";
import type { Problem } from "./explain.ts";
import { type Check, impossible } from "./impossible.ts";
import { groupsOf } from "./protocol-families.ts";
import { ruleOf } from "./rule-of.ts";
import type { Recipe } from "./schema.ts";

export const byzantineChecks: readonly Check[] = [
  ruleCanBe,
  enoughForRule,
  suspectsHaveNames,
  fewEnoughSubsets,
  someoneCorrupted,
  someoneHonest,
  largestZ,
  flipChangesSomething,
  wholeFlip,
  patternNeedsPictures,
  knownStep,
  rulesToOptimise,
  wholeTurns,
  attackEndsAfterItBegins,
  scaffoldWithoutAdversary,
  scaffoldWithoutReference,
  scaffoldWithoutWorkerMomentum,
];

/** Clients whose answers a round waits for. */
export function answersWanted({ select, clients }: Recipe): number {
  return Math.max(select.minimum, Math.round(select.fraction * clients));
}

/** What the rule itself says against its settings. */
function ruleCanBe({ aggregator }: Recipe): Problem | undefined {
  try {
    ruleOf(aggregator);
    return undefined;
  } catch (error) {
    if (!(error instanceof CoterieError)) throw error;
    const sentence = error.message.charAt(0).toLowerCase() + error.message.slice(1).replace(/\.$/, "");
    return impossible("aggregator", sentence);
  }
}

function enoughForRule(recipe: Recipe): Problem | undefined {
  if (!("byzantine" in recipe.aggregator) || ruleCanBe(recipe)) return undefined;
  const aggregator: Robust = recipe.aggregator;
  const { needs, condition } = ruleOf(aggregator);
  const { protocol } = recipe;
  const groups = groupsOf(protocol);
  const answers = groups ?? answersWanted(recipe);
  if (answers >= needs) return undefined;
  const [given, raise] =
    groups === undefined
      ? [`${answers} clients are asked`, "clients or select.fraction"]
      : [`there are ${answers} groups`, "protocol.groups"];
  const { key, lower } = remedyFor(aggregator, answers);
  return impossible(
    `aggregator.${key}`,
    `${aggregator.kind} with ${key} ${aggregator[key]} needs ${needs} updates a round (${condition}), but ${given}; ${lower}, or raise ${raise}`,
  );
}

/** Keys by which a rule may need more updates; those in front are rather lowered. */
const DEMANDING = ["keep", "groups", "byzantine"] as const;
type Demanding = (typeof DEMANDING)[number];
type Robust = Extract<Recipe["aggregator"], { byzantine: number }> & Partial<Record<Demanding, number>>;

/** What to lower for the rule to have enough with n updates. */
function remedyFor(aggregator: Robust, n: number): { key: Demanding; lower: string } {
  for (const key of DEMANDING) {
    const most = mostOf(aggregator, key, n);
    if (most !== undefined) return { key, lower: `lower aggregator.${key} to ${most}` };
  }
  const key = DEMANDING.find((each) => aggregator[each] !== undefined)!;
  const { [key]: _, ...others } = aggregator;
  const isOneOfTwo = mostOf(others as Robust, "byzantine", n) !== undefined;
  return { key, lower: isOneOfTwo ? "lower it and aggregator.byzantine" : "choose another aggregator" };
}

/** The largest value of a key, up to its own, for which n updates are enough. */
function mostOf(aggregator: Robust, key: Demanding, n: number): number | undefined {
  for (let value = Math.min(n, aggregator[key] ?? -1); value >= 0; value--) {
    const smaller: Robust = { ...aggregator, [key]: value };
    if (!ruleCanBe({ aggregator: smaller } as Recipe) && ruleOf(smaller).needs <= n) return value;
  }
  return undefined;
}

/** Auror follows clients from round to round. */
function suspectsHaveNames({ aggregator }: Recipe): Problem | undefined {
  if (aggregator.kind !== "auror" || aggregator.before.bucketing === undefined) return undefined;
  return impossible(
    "aggregator.before.bucketing",
    "auror judges clients, and after bucketing there are only groups; remove aggregator.before.bucketing or choose another aggregator",
  );
}

function someoneCorrupted(recipe: Recipe): Problem | undefined {
  const { adversary, clients } = recipe;
  if (adversary === null || adversary.fraction === 0 || corruptedClients(recipe) > 0) return undefined;
  return impossible(
    "adversary.fraction",
    `adversary.fraction ${adversary.fraction} of ${clients} clients is less than half a client; raise it to at least ${0.5 / clients}, or write 0`,
  );
}

function someoneHonest(recipe: Recipe): Problem | undefined {
  if (corruptedClients(recipe) < recipe.clients) return undefined;
  return impossible(
    "adversary.fraction",
    "with all clients corrupted there is nobody to attack; lower adversary.fraction",
  );
}

/** Without z the adversary goes as far as n and m allow, which must be the same in every round. */
function largestZ(recipe: Recipe): Problem | undefined {
  const { adversary, clients, select } = recipe;
  const corrupted = corruptedClients(recipe);
  const wantsMost =
    (adversary?.kind === "alie" || adversary?.kind === "alie-backdoor") && adversary.z === undefined;
  if (!wantsMost || corrupted === 0) return undefined;
  if (select.fraction < 1) {
    return impossible(
      "adversary.z",
      "the largest z depends on how many corrupted clients a round asks, which select.fraction leaves to chance; give adversary.z",
    );
  }
  const majority = Math.floor(clients / 2 + 1);
  const z = corrupted < majority && clients > 2 ? alieZMax(clients, corrupted) : undefined;
  if (z !== undefined && z > 0) return undefined;
  return impossible(
    "adversary.z",
    z === undefined
      ? `${corrupted} corrupted of ${clients} clients need no supporters, so there is no largest z; give adversary.z or lower adversary.fraction`
      : `with ${corrupted} corrupted of ${clients} clients nothing beyond the mean finds enough supporters, so the largest z is not positive; give adversary.z or raise adversary.fraction`,
  );
}

function flipChangesSomething({ adversary }: Recipe): Problem | undefined {
  if (adversary?.kind !== "label-flip" || adversary.source === undefined) return undefined;
  if (adversary.source !== adversary.target) return undefined;
  return impossible(
    "adversary.target",
    `adversary.source and adversary.target are both ${adversary.source}; they must differ`,
  );
}

function patternNeedsPictures({ adversary, data }: Recipe): Problem | undefined {
  const hasTrigger = adversary?.kind === "alie-backdoor" || adversary?.kind === "model-replacement";
  if (!hasTrigger || adversary.trigger.kind !== "pattern" || !("csv" in data || "parquet" in data))
    return undefined;
  return impossible(
    "adversary.trigger.kind",
    "a pattern is a square in the corner of a picture, but data is a table; set adversary.trigger.kind to sample",
  );
}

/** Model replacement works out its boost from the server's step. */
function knownStep({ adversary, server }: Recipe): Problem | undefined {
  if (adversary?.kind !== "model-replacement" || adversary.bound !== undefined) return undefined;
  const { kind } = server.optimizer;
  if (kind === "average" || kind === "momentum" || kind === "scaffold") return undefined;
  return impossible(
    "adversary.bound",
    `${kind} steps by sizes of its own, so that no boost replaces the model; give adversary.bound, or set server.optimizer.kind to average`,
  );
}

/** The rule that the attack tries is the one that the server applies. */
function rulesToOptimise({ adversary, aggregator, protocol }: Recipe): Problem | undefined {
  if (adversary?.kind !== "optimized") return undefined;
  if (aggregator.kind === "fltrust") {
    return impossible(
      "adversary.kind",
      "the adversary cannot try fltrust, whose examples it does not have; choose another attack or aggregator",
    );
  }
  if (groupsOf(protocol) === undefined) return undefined;
  return impossible(
    "adversary.kind",
    "across groups the rule sees means that the adversary cannot try; choose another attack, or remove protocol.groups",
  );
}

/** As many subsets as `mda` may search. */
const MOST_SUBSETS = 1e6;

function fewEnoughSubsets(recipe: Recipe): Problem | undefined {
  const { aggregator, protocol, select } = recipe;
  if (aggregator.kind !== "mda") return undefined;
  const groups = groupsOf(protocol);
  const n = groups ?? Math.ceil(answersWanted(recipe) * select.over);
  let subsets = 1;
  for (let k = 1; k <= aggregator.byzantine; k++) subsets = (subsets * (n - k + 1)) / k;
  if (subsets <= MOST_SUBSETS) return undefined;
  return impossible(
    "aggregator.kind",
    `mda would search ${subsets.toPrecision(3)} subsets of ${n} updates without ${aggregator.byzantine}; lower aggregator.byzantine, ask fewer clients, or choose bulyan`,
  );
}

function wholeFlip({ adversary }: Recipe): Problem | undefined {
  if (adversary?.kind !== "label-flip") return undefined;
  return bothOrNeither("adversary", "source", adversary.source, "target", adversary.target);
}

function wholeTurns({ adversary }: Recipe): Problem | undefined {
  return adversary === null
    ? undefined
    : bothOrNeither("adversary.active", "on", adversary.active.on, "off", adversary.active.off);
}

function bothOrNeither(
  section: string,
  one: string,
  first: unknown,
  other: string,
  second: unknown,
): Problem | undefined {
  if ((first === undefined) === (second === undefined)) return undefined;
  const [given, missing] = first === undefined ? [other, one] : [one, other];
  return impossible(
    `${section}.${given}`,
    `${section} has ${given} without ${missing}; give both or neither`,
  );
}

function attackEndsAfterItBegins({ adversary, rounds }: Recipe): Problem | undefined {
  const { from = 1, until = Number.POSITIVE_INFINITY } = adversary?.active ?? {};
  if (from > rounds) {
    return impossible(
      "adversary.active.from",
      `the attack would begin in round ${from}, but there are ${rounds}; lower adversary.active.from or raise rounds`,
    );
  }
  if (from <= until) return undefined;
  return impossible(
    "adversary.active.until",
    `the attack would end in round ${until} and begin in round ${from}; raise adversary.active.until`,
  );
}

function scaffoldWithoutAdversary({ server, adversary }: Recipe): Problem | undefined {
  if (server.optimizer.kind !== "scaffold" || adversary === null) return undefined;
  return impossible(
    "adversary.kind",
    "the attacks are on updates, and scaffold sends control variates with them; choose another server.optimizer or leave adversary out",
  );
}

function scaffoldWithoutReference({ server, aggregator }: Recipe): Problem | undefined {
  if (server.optimizer.kind !== "scaffold" || aggregator.kind !== "fltrust") return undefined;
  return impossible(
    "aggregator.kind",
    "fltrust compares updates with the server's own, which has no control variate; choose another server.optimizer or aggregator",
  );
}

function scaffoldWithoutWorkerMomentum({ server, local }: Recipe): Problem | undefined {
  if (server.optimizer.kind !== "scaffold" || local.workerMomentum === 0) return undefined;
  return impossible(
    "local.workerMomentum",
    `scaffold works out its control variates from the whole change; set local.workerMomentum to 0 instead of ${local.workerMomentum}`,
  );
}
