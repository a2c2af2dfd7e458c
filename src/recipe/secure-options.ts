/** From a recipe's words to the options of the secure protocols. */
import { InputError } from "../errors.ts";
import { type SumOptions, scaleOf, sumSettings } from "../secure/contribution.ts";
import { assertPlannable as assertLightSecAgg, type LightSecAggOptions } from "../secure/lightsecagg/plan.ts";
import { assertPlannable as assertSecAggPlus, type SecAggPlusOptions } from "../secure/secagg-plus/plan.ts";
import { planLayout } from "../secure/swiftagg-plus/layout.ts";
import type { SwiftAggPlusOptions } from "../secure/swiftagg-plus/options.ts";
import type { SecureSum } from "./protocol-families.ts";
import type { Recipe } from "./schema.ts";

type Section<Kind> = Extract<Recipe["protocol"], { kind: Kind }>;
type Privacy = Recipe["privacy"];

/** What a recipe says of sums outside of `protocol`. */
export type Sums = Pick<SumOptions, "weights" | "noise">;

export function sumsOf({ aggregator, privacy }: Pick<Recipe, "aggregator" | "privacy">): Sums {
  return noisySums(aggregator.kind === "mean" ? aggregator.weights : "uniform", privacy);
}

function noisySums(weights: Sums["weights"], privacy: Privacy): Sums {
  return { weights, ...(privacy && { noise: { clip: privacy.clip, multiplier: privacy.noise } }) };
}

export function swiftAggPlusOptions(
  { kind: _, groups: _groups, bound, mostExamples, parts, ...options }: Section<"swiftagg-plus">,
  sums: Sums,
): SwiftAggPlusOptions {
  return { ...options, parts: parts ?? "auto", sum: { bound, mostExamples, ...sums } };
}

export function lightSecAggOptions(
  { kind: _, groups: _groups, bound, mostExamples, ...options }: Section<"lightsecagg">,
  sums: Sums,
): LightSecAggOptions {
  return { ...options, sum: { bound, mostExamples, ...sums } };
}

export function secAggPlusOptions(
  { kind, groups: _groups, bound, mostExamples, ...options }: Section<"secagg-plus" | "secagg">,
  sums: Sums,
): SecAggPlusOptions {
  const graph = kind === "secagg" ? "full" : "harary";
  return { ...options, graph, sum: { bound, mostExamples, ...sums } };
}

/** @throws InputError when no sum of so many clients can be made */
export function assertPlannable(protocol: SecureSum, privacy: Privacy, clients: number): void {
  // Weights change what is summed, not whether it can be.
  const sums = noisySums("uniform", privacy);
  switch (protocol.kind) {
    case "swiftagg-plus":
      planLayout(clients, swiftAggPlusOptions(protocol, sums));
      return;
    case "lightsecagg":
      assertLightSecAgg(lightSecAggOptions(protocol, sums), clients);
      return;
    case "secagg-plus":
    case "secagg":
      assertSecAggPlus(secAggPlusOptions(protocol, sums), clients);
  }
}

/** More clients than any sum needs at least. */
const ENOUGH = 4096;

/** The fewest clients of which a sum can be made. */
export function fewestSummed(protocol: SecureSum, privacy: Privacy): number {
  for (let clients = 1; clients < ENOUGH; clients++) {
    try {
      assertPlannable(protocol, privacy, clients);
      return clients;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return ENOUGH;
}

/**
 * Steps per unit in the coarsest of all sums of up to so many clients, whoever goes: the more summands and the fewer who
 * add the noise, the less room there is for steps.
 *
 * @throws InputError `secure.precision`
 */
export function coarsestScale(privacy: NonNullable<Privacy>, most: number): number {
  return scaleOf(sumSettings({ bound: 1, mostExamples: 1, ...noisySums("uniform", privacy) }, most, 1));
}
