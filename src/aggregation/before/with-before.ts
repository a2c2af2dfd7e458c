import type { Json } from "../../runtime/message.ts";
import type { Rule } from "../rule.ts";
import { indexNames } from "../rules/apply-rule.ts";
import type { Requirement } from "../rules/requirement.ts";
import type { BeforeStep } from "./step.ts";

/**
 * A rule with steps before it, applied in their order. It needs what the rule needs of the rows that the steps make,
 * told in updates. It reports the rows that the rule chose as long as they belong to clients: after bucketing nobody
 * is left out as a whole. Figures of a step stand under its kind. The state is the rule's; rules that follow clients
 * by name (Auror, FoolsGold) see buckets instead after bucketing, and then their state means nothing.
 *
 * @example withBefore([nearestNeighbourMixingStep({ byzantine: 2 })], trimmedMeanRule({ byzantine: 2 }))
 */
export function withBefore<State>(steps: readonly BeforeStep[], rule: Rule<State>): Rule<State> {
  const { needs, condition } = steps.reduceRight<Requirement>((inner, step) => step.requires(inner), rule);
  const keepsClients = steps.every((step) => step.keepsClients);
  return {
    ...rule,
    kind: [...steps, rule].map(({ kind }) => kind).join(" + "),
    needs,
    condition,
    combine(input) {
      let { rows } = input;
      let figures: Record<string, Json> = {};
      steps.forEach((step, i) => {
        const prepared = step.apply(rows, input.random.stream(step.kind, i));
        rows = prepared.rows;
        if (prepared.figures) figures = { ...figures, [step.kind]: prepared.figures };
      });
      const clients = keepsClients ? input.clients : indexNames(rows.length);
      const { selected, ...combined } = rule.combine({ ...input, rows, clients });
      return {
        ...combined,
        ...(selected && keepsClients && { selected }),
        figures: { ...figures, ...combined.figures },
      };
    },
  };
}
