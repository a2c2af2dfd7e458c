/** From a recipe's words to the options of the secure protocols. */
import { InputError } from "../errors.ts";
import { assertPlannable as assertLightSecAgg, type LightSecAggOptions } from "../secure/lightsecagg/plan.ts";
import { assertPlannable as assertSecAggPlus, type SecAggPlusOptions } from "../secure/secagg-plus/plan.ts";
import { planLayout } from "../secure/swiftagg-plus/layout.ts";
import type { SwiftAggPlusOptions } from "../secure/swiftagg-plus/options.ts";
import type { SecureSum } from "./protocol-families.ts";
import type { Recipe } from "./schema.ts";

type Section<Kind> = Extract<Recipe["protocol"], { kind: Kind }>;
type Weights = "examples" | "uniform";

export function swiftAggPlusOptions(
  { kind: _, groups: _groups, bound, mostExamples, parts, ...options }: Section<"swiftagg-plus">,
  weights: Weights,
): SwiftAggPlusOptions {
  return { ...options, parts: parts ?? "auto", sum: { bound, mostExamples, weights } };
}

export function lightSecAggOptions(
  { kind: _, groups: _groups, bound, mostExamples, ...options }: Section<"lightsecagg">,
  weights: Weights,
): LightSecAggOptions {
  return { ...options, sum: { bound, mostExamples, weights } };
}

export function secAggPlusOptions(
  { kind, groups: _groups, bound, mostExamples, ...options }: Section<"secagg-plus" | "secagg">,
  weights: Weights,
): SecAggPlusOptions {
  const graph = kind === "secagg" ? "full" : "harary";
  return { ...options, graph, sum: { bound, mostExamples, weights } };
}

/** @throws InputError when no sum of so many clients can be made */
export function assertPlannable(protocol: SecureSum, clients: number): void {
  // Weights change what is summed, not whether it can be.
  const weights = "examples";
  switch (protocol.kind) {
    case "swiftagg-plus":
      planLayout(clients, swiftAggPlusOptions(protocol, weights));
      return;
    case "lightsecagg":
      assertLightSecAgg(lightSecAggOptions(protocol, weights), clients);
      return;
    case "secagg-plus":
    case "secagg":
      assertSecAggPlus(secAggPlusOptions(protocol, weights), clients);
  }
}

/** More clients than any sum needs at least. */
const ENOUGH = 4096;

/** The fewest clients of which a sum can be made. */
export function fewestSummed(protocol: SecureSum): number {
  for (let clients = 1; clients < ENOUGH; clients++) {
    try {
      assertPlannable(protocol, clients);
      return clients;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return ENOUGH;
}
