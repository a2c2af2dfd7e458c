import { RunError } from "../../errors.ts";
import { allFinite } from "../../numeric/finite.ts";
import { SimulationRandom } from "../../numeric/random.ts";
import type { Combination, Rule, RuleInput } from "../rule.ts";
import type { Requirement } from "./requirement.ts";

/**
 * Applies a rule to updates that nobody has looked at yet. The rows' clients are called by their index.
 *
 * @param updates n vectors of equal length d
 * @param given.random for rules that draw lots; a fixed stream when absent
 * @param given.state what the rule returned the last time
 * @param given.reference length d, for rules that compare with the server's own update
 * @throws RunError when there are too few updates, their lengths differ, or an entry is not finite
 * @example applyRule(withBefore([nearestNeighbourMixingStep({ byzantine: 2 })], medianRule()), updates).update
 */
export function applyRule<State>(
  rule: Rule<State>,
  updates: readonly Float32Array[],
  given: Partial<Pick<RuleInput<State>, "random" | "state" | "reference">> = {},
): Combination<State> {
  checkUpdates(rule, updates);
  const random = SimulationRandom.fromSeed(0).stream("rule");
  return rule.combine({ random, ...given, rows: updates, clients: indexNames(updates.length) });
}

/** Refuses what a rule cannot combine. */
export function checkUpdates(
  { kind, needs, condition }: Requirement & { readonly kind: string },
  updates: readonly Float32Array[],
): void {
  if (updates.length === 0) {
    throw new RunError("aggregation.empty", `There is nothing to combine by ${kind}: give it updates.`);
  }
  updates.forEach((update, i) => {
    checkLength(`Update ${i}`, update, updates[0].length);
    if (!allFinite(update)) {
      throw new RunError(
        "aggregation.not-finite",
        `Update ${i} has an entry that is NaN or infinite: leave it out and count its sender as Byzantine.`,
      );
    }
  });
  if (updates.length < needs) {
    throw new RunError(
      "aggregation.too-few",
      `${kind} needs ${needs} updates (${condition}) and was given ${updates.length}: lower byzantine or give it more.`,
    );
  }
}

/** Refuses a vector that is not as long as the updates. */
export function checkLength(name: string, vector: Float32Array, length: number): void {
  if (vector.length === length) return;
  throw new RunError(
    "aggregation.length",
    `${name} has ${vector.length} entries where ${length} were expected.`,
  );
}

/** Names for rows without a client, ascending as strings. */
export function indexNames(count: number): string[] {
  const digits = String(count).length;
  return Array.from({ length: count }, (_, i) => String(i).padStart(digits, "0"));
}
