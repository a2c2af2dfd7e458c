/** Our rules and steps against ByzFL's on random rows. Made by `bench/peers/byzfl_fixtures.py`. */
import { describe, expect, it } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import { arcStep } from "../before/arc.ts";
import { clipStep } from "../before/clip.ts";
import { nearestNeighbourMixingStep } from "../before/nearest-neighbour-mixing.ts";
import type { BeforeStep } from "../before/step.ts";
import type { Rule } from "../rule.ts";
import fixtures from "../testing/byzfl-fixtures.json" with { type: "json" };
import { expectClose } from "../testing/rows.ts";
import { applyRule } from "./apply-rule.ts";
import { centeredClipRule } from "./centered-clip.ts";
import { geometricMedianRule } from "./geometric-median.ts";
import { krumRule } from "./krum.ts";
import { mdaRule } from "./mda.ts";
import { meamedRule } from "./meamed.ts";
import { meanRule } from "./mean-rule.ts";
import { medianRule } from "./median.ts";
import { multiKrumRule } from "./multi-krum.ts";
import { trimmedMeanRule } from "./trimmed-mean.ts";

interface Settings {
  readonly T?: number;
  readonly L?: number;
  readonly tau?: number;
  readonly c?: number;
}

/** The same rule by our name and settings; nothing for rules that we do not have. */
function ours(name: string, byzantine: number, { T, L = 1, tau = 1 }: Settings): Rule | undefined {
  const krum = { byzantine, variant: "byzfl", conditions: "lenient" } as const;
  switch (name) {
    case "Average":
      return meanRule;
    case "Median":
      return medianRule({ byzantine });
    case "TrMean":
      return trimmedMeanRule({ byzantine });
    case "GeometricMedian":
      return geometricMedianRule({ byzantine, preset: T === 3 ? "byzfl" : "exact" });
    case "Krum":
      return krumRule(krum);
    case "MultiKrum":
      return multiKrumRule(krum);
    case "MDA":
      return mdaRule({ byzantine });
    case "Meamed":
      return meamedRule({ byzantine });
    case "CenteredClipping":
      return centeredClipRule({ radius: tau, iterations: L, start: "zero", byzantine });
    case "MoNNA":
      // For decentralised learning: it starts from a party's own vector.
      return undefined;
    default:
      throw new Error(`What is ${name}?`);
  }
}

function step(name: string, byzantine: number, { c }: Settings): BeforeStep {
  switch (name) {
    case "NNM":
      return nearestNeighbourMixingStep({ byzantine });
    case "Clipping":
      return clipStep({ norm: c! });
    case "ARC":
      return arcStep({ byzantine });
    default:
      throw new Error(`What is ${name}?`);
  }
}

describe.each(fixtures.cases)("$n updates of $d entries, $f Byzantine", ({ f, rows, ...case_ }) => {
  const updates = rows.map((row) => Float32Array.from(row));

  const known = case_.aggregators.filter(({ name, settings }) => ours(name, f, settings));
  it.each(known)("$name $settings $call", ({ name, settings, result, ...more }) => {
    const rule = ours(name, f, settings) as Rule;
    let { update, state } = applyRule(rule, updates);
    if ("call" in more) ({ update, state } = applyRule(rule, updates, { state }));
    expectClose(update, result);
  });

  it.each(case_.preAggregators)("$name $settings", ({ name, settings, result }) => {
    const mapped = step(name, f, settings).apply(updates, SimulationRandom.fromSeed(0)).rows;
    expect(mapped).toHaveLength(result.length);
    mapped.forEach((row, i) => {
      expectClose(row, result[i]);
    });
  });
});
