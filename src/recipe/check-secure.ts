/** Combinations of secure protocols with the rest that cannot be. */
import { InputError } from "../errors.ts";
import { assertPlannable as assertLightSecAgg } from "../secure/lightsecagg/plan.ts";
import { assertPlannable as assertSecAggPlus } from "../secure/secagg-plus/plan.ts";
import { planLayout } from "../secure/swiftagg-plus/layout.ts";
import { answersWanted } from "./check-byzantine.ts";
import type { Problem } from "./explain.ts";
import { type Check, impossible } from "./impossible.ts";
import type { Recipe } from "./schema.ts";
import { lightSecAggOptions, secAggPlusOptions, swiftAggPlusOptions } from "./secure-options.ts";

export const secureChecks: readonly Check[] = [
  sumsOnly,
  groupsHaveRule,
  groupsAreStrangers,
  finiteLies,
  measurementsInTheClear,
  enoughForProtocol,
];

function sumsOnly({ protocol, aggregator }: Recipe): Problem | undefined {
  if (protocol.kind === "plain" || aggregator.kind === "mean" || protocol.groups !== undefined)
    return undefined;
  return impossible(
    "aggregator.kind",
    `${aggregator.kind} compares single updates, and under ${protocol.kind} the server sees nothing but their sum; set aggregator.kind to mean, protocol.kind to plain, or protocol.groups to compare the means of so many groups`,
  );
}

function groupsHaveRule({ protocol, aggregator }: Recipe): Problem | undefined {
  if (protocol.kind === "plain" || protocol.groups === undefined || aggregator.kind !== "mean")
    return undefined;
  return impossible(
    "protocol.groups",
    "the mean of groups' means is less private than one mean of all and no more robust; choose a robust aggregator, or remove protocol.groups",
  );
}

/** Groups are dealt anew in every round, and nobody is compared with the server. */
function groupsAreStrangers({ protocol, aggregator: { kind } }: Recipe): Problem | undefined {
  const followsClients = kind === "auror" || kind === "fools-gold" || kind === "fltrust";
  if (protocol.kind === "plain" || protocol.groups === undefined || !followsClients) return undefined;
  return impossible(
    "aggregator.kind",
    `${kind} judges clients, and across groups there are only means of new groups in every round; choose another aggregator`,
  );
}

function finiteLies({ protocol, adversary }: Recipe): Problem | undefined {
  if (protocol.kind === "plain" || adversary?.kind !== "constant" || adversary.value === "zero")
    return undefined;
  return impossible(
    "adversary.value",
    `under ${protocol.kind} updates are whole numbers of a finite field, which has no ${adversary.value}; set adversary.value to zero`,
  );
}

function measurementsInTheClear({ protocol, evaluate }: Recipe): Problem | undefined {
  if (protocol.kind === "plain" || !evaluate.clients) return undefined;
  return impossible(
    "evaluate.clients",
    `what clients measure would travel in the clear beside ${protocol.kind}; set evaluate.clients to false`,
  );
}

/** What the protocol says of so many clients. */
function enoughForProtocol(recipe: Recipe): Problem | undefined {
  try {
    const { protocol } = recipe;
    const groups = protocol.kind === "plain" ? 1 : (protocol.groups ?? 1);
    assertPlannable(recipe, Math.floor(answersWanted(recipe) / groups));
    return undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const sentence = error.message.charAt(0).toLowerCase() + error.message.slice(1).replace(/\.$/, "");
    return impossible("protocol", sentence);
  }
}

function assertPlannable({ protocol, aggregator }: Recipe, asked: number): void {
  const weights = aggregator.kind === "mean" ? aggregator.weights : "uniform";
  switch (protocol.kind) {
    case "plain":
      return;
    case "swiftagg-plus":
      planLayout(asked, swiftAggPlusOptions(protocol, weights));
      return;
    case "lightsecagg":
      assertLightSecAgg(lightSecAggOptions(protocol, weights), asked);
      return;
    case "secagg-plus":
    case "secagg":
      assertSecAggPlus(secAggPlusOptions(protocol, weights), asked);
      return;
  }
}
