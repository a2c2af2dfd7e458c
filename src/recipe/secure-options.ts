/** From a recipe's words to the options of the secure protocols. */
import type { LightSecAggOptions } from "../secure/lightsecagg/plan.ts";
import type { SecAggPlusOptions } from "../secure/secagg-plus/plan.ts";
import type { SwiftAggPlusOptions } from "../secure/swiftagg-plus/options.ts";
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
