/** From a recipe's aggregator to the rule that it names. A new rule is one more line here and in its schema list. */
import { arcStep } from "../aggregation/before/arc.ts";
import { bucketingStep } from "../aggregation/before/bucketing.ts";
import { clipStep } from "../aggregation/before/clip.ts";
import { nearestNeighbourMixingStep } from "../aggregation/before/nearest-neighbour-mixing.ts";
import type { BeforeStep } from "../aggregation/before/step.ts";
import { withBefore } from "../aggregation/before/with-before.ts";
import type { Rule } from "../aggregation/rule.ts";
import { aurorRule } from "../aggregation/rules/auror.ts";
import { bulyanRule } from "../aggregation/rules/bulyan.ts";
import { centeredClipRule } from "../aggregation/rules/centered-clip.ts";
import { fltrustRule } from "../aggregation/rules/fltrust.ts";
import { foolsGoldRule } from "../aggregation/rules/fools-gold.ts";
import { geometricMedianRule } from "../aggregation/rules/geometric-median.ts";
import { krumRule } from "../aggregation/rules/krum.ts";
import { mdaRule } from "../aggregation/rules/mda.ts";
import { meamedRule } from "../aggregation/rules/meamed.ts";
import { meanRule } from "../aggregation/rules/mean-rule.ts";
import { medianRule } from "../aggregation/rules/median.ts";
import { medianOfMeansRule } from "../aggregation/rules/median-of-means.ts";
import { multiKrumRule } from "../aggregation/rules/multi-krum.ts";
import { normClipRule } from "../aggregation/rules/norm-clip.ts";
import { trimmedMeanRule } from "../aggregation/rules/trimmed-mean.ts";
import type { Recipe } from "./schema.ts";

type Section = Recipe["aggregator"];

/** The rule with what comes before it. */
export function ruleOf(aggregator: Section): Rule {
  const rule = bareRuleOf(aggregator);
  if (!("before" in aggregator)) return rule;
  const steps = stepsOf(aggregator);
  return steps.length === 0 ? rule : withBefore(steps, rule);
}

function bareRuleOf(aggregator: Section): Rule {
  switch (aggregator.kind) {
    case "mean":
      return meanRule;
    case "median":
      return medianRule(aggregator);
    case "trimmed-mean":
      return trimmedMeanRule(aggregator);
    case "krum":
      return krumRule(aggregator);
    case "multi-krum":
      return multiKrumRule(aggregator);
    case "bulyan":
      return bulyanRule(aggregator);
    case "geometric-median":
      return geometricMedianRule(aggregator);
    case "median-of-means":
      return medianOfMeansRule(aggregator);
    case "meamed":
      return meamedRule(aggregator);
    case "mda":
      return mdaRule(aggregator);
    case "centered-clip":
      return centeredClipRule(aggregator);
    case "norm-clip":
      return normClipRule(aggregator);
    case "auror":
      return aurorRule(aggregator);
    case "fools-gold":
      return foolsGoldRule();
    case "fltrust":
      return fltrustRule();
  }
}

function stepsOf({ byzantine, before }: Extract<Section, { before: object }>): BeforeStep[] {
  const { clip, arc, bucketing, mixing } = before;
  return [
    ...(clip === undefined ? [] : [clipStep({ norm: clip })]),
    ...(arc ? [arcStep({ byzantine })] : []),
    ...(bucketing === undefined ? [] : [bucketingStep({ size: bucketing })]),
    ...(mixing ? [nearestNeighbourMixingStep({ byzantine })] : []),
  ];
}
