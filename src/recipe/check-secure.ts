/** Combinations of secure protocols with the rest that cannot be. */
import { InputError } from "../errors.ts";
import { answersWanted } from "./check-byzantine.ts";
import type { Problem } from "./explain.ts";
import { type Check, impossible } from "./impossible.ts";
import { groupsOf, isSecureSum } from "./protocol-families.ts";
import type { Recipe } from "./schema.ts";
import { assertPlannable } from "./secure-options.ts";

export const secureChecks: readonly Check[] = [
  sumsOnly,
  groupsHaveRule,
  someoneInGroups,
  groupsWithoutOverSelection,
  groupsAreStrangers,
  finiteLies,
  measurementsInTheClear,
  enoughForProtocol,
];

function sumsOnly({ protocol, aggregator }: Recipe): Problem | undefined {
  if (!isSecureSum(protocol) || aggregator.kind === "mean" || protocol.groups !== undefined) return undefined;
  return impossible(
    "aggregator.kind",
    `${aggregator.kind} compares single updates, and under ${protocol.kind} the server sees nothing but their sum; set aggregator.kind to mean, protocol.kind to plain, or protocol.groups to compare the means of so many groups`,
  );
}

function groupsHaveRule({ protocol, aggregator }: Recipe): Problem | undefined {
  if (!isSecureSum(protocol) || protocol.groups === undefined || aggregator.kind !== "mean") return undefined;
  return impossible(
    "protocol.groups",
    "the mean of groups' means is less private than one mean of all and no more robust; choose a robust aggregator, or remove protocol.groups",
  );
}

function someoneInGroups(recipe: Recipe): Problem | undefined {
  const { protocol } = recipe;
  const answers = answersWanted(recipe);
  if (!isSecureSum(protocol) || protocol.groups === undefined || protocol.groups <= answers) return undefined;
  return impossible(
    "protocol.groups",
    `protocol.groups is ${protocol.groups}, but ${answers} clients are asked; lower it, or raise clients or select.fraction`,
  );
}

/** A group waits for everyone in it. */
function groupsWithoutOverSelection({ protocol, select }: Recipe): Problem | undefined {
  if (!isSecureSum(protocol) || protocol.groups === undefined || select.over === 1) return undefined;
  return impossible(
    "select.over",
    `with protocol.groups every group waits for all its clients, so that select.over ${select.over} would gain nothing; set it to 1`,
  );
}

/** Groups are dealt anew in every round, and nobody is compared with the server. */
function groupsAreStrangers({ protocol, aggregator: { kind } }: Recipe): Problem | undefined {
  const followsClients = kind === "auror" || kind === "fools-gold" || kind === "fltrust";
  if (!isSecureSum(protocol) || protocol.groups === undefined || !followsClients) return undefined;
  return impossible(
    "aggregator.kind",
    `${kind} judges clients, and across groups there are only means of new groups in every round; choose another aggregator`,
  );
}

function finiteLies({ protocol, adversary }: Recipe): Problem | undefined {
  if (!isSecureSum(protocol) || adversary?.kind !== "constant" || adversary.value === "zero")
    return undefined;
  return impossible(
    "adversary.value",
    `under ${protocol.kind} updates are whole numbers of a finite field, which has no ${adversary.value}; set adversary.value to zero`,
  );
}

function measurementsInTheClear({ protocol, evaluate }: Recipe): Problem | undefined {
  if (!isSecureSum(protocol) || !evaluate.clients) return undefined;
  return impossible(
    "evaluate.clients",
    `what clients measure would travel in the clear beside ${protocol.kind}; set evaluate.clients to false`,
  );
}

/** What the protocol says of so many clients. */
function enoughForProtocol(recipe: Recipe): Problem | undefined {
  const { protocol, privacy } = recipe;
  if (!isSecureSum(protocol) || someoneInGroups(recipe)) return undefined;
  try {
    assertPlannable(protocol, privacy, Math.floor(answersWanted(recipe) / (groupsOf(protocol) ?? 1)));
    return undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const sentence = error.message.charAt(0).toLowerCase() + error.message.slice(1).replace(/\.$/, "");
    return impossible("protocol", sentence);
  }
}
