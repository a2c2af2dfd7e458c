import type { Rule } from "../../aggregation/rule.ts";
import { applyRule } from "../../aggregation/rules/apply-rule.ts";
import { squaredDistancesTo } from "../../numeric/distances.ts";
import { allFinite } from "../../numeric/finite.ts";
import type { Attack } from "../attack.ts";
import { checkOption, checkSeen } from "../checks.ts";
import { maximise } from "../line-search.ts";
import { colluding, seenBy } from "../seen.ts";
import { along, type DegreesLost, scaled, spreadOf } from "../spread.ts";

export interface OptimisedOptions {
  /** What is tuned: z of {@link alie}, or epsilon of {@link innerProduct}. */
  readonly family: "alie" | "inner-product";
  /** The server's rule: honest vectors and then the colluders' to one, all of length d. It must change none. */
  readonly rule: (rows: readonly Float32Array[]) => Float32Array;
  /** How often the rule may be tried in a round. 20 by default, as in ByzFL. */
  readonly evaluations?: number;
  /** As for {@link alie}; the other family has one way only. */
  readonly sign?: -1 | 1;
  /** As for {@link alie}. */
  readonly ddof?: DegreesLost;
}

/**
 * A known attack whose size is tuned against the server's own rule: the tau that moves the result furthest from
 * the mean of the honest vectors, |rule(honest, attack(tau), ..., attack(tau)) - mean(honest)| (Allouah,
 * Farhadkhani, Guerraoui, Gupta, Pinot and Stephan, "Fixing by mixing", AISTATS 2023, experiments; the search is
 * that of ByzFL). The adversary knows every honest vector and the rule.
 *
 * @param honest all honest vectors
 * @param options.byzantine m, colluders; all send the same vector
 * @throws InputError `adversary.rows`, `adversary.option`, and what the rule throws
 * @example optimised(honest, { byzantine: 2, family: "alie", rule: (rows) => trimmedMean(rows, { byzantine: 2 }) })
 */
export function optimised(
  honest: readonly Float32Array[],
  options: OptimisedOptions & { readonly byzantine: number },
): Float32Array[] {
  const { byzantine, family, rule, evaluations = 20, sign = -1, ddof = 0 } = options;
  checkSeen(honest, byzantine);
  checkOption(
    Number.isInteger(evaluations) && evaluations >= 1,
    "evaluations",
    evaluations,
    "a whole number >= 1",
  );
  const { mean, deviation } = spreadOf(honest, ddof);
  const forge = (tau: number): Float32Array[] =>
    colluding(family === "alie" ? along(mean, deviation, sign * tau) : scaled(mean, -tau), byzantine);
  const center = scaled(mean, 1);
  const moved = (t: number): number => {
    const forged = forge(t);
    // Beyond the largest number nothing is sent that a rule would look at.
    if (!forged.every(allFinite)) return Number.NaN;
    return squaredDistancesTo([rule([...honest, ...forged])], center)[0];
  };
  return forge(maximise(moved, evaluations));
}

/**
 * {@link optimised} as a run's attack; the rule is given vectors in the gradient convention. When so many clients
 * have diverged that the rule has too few vectors, the server gives the attempt up: whatever is sent, nothing is
 * moved, and the colluders send what they have learnt.
 */
export function optimisedAttack({
  rule,
  ...rest
}: Omit<OptimisedOptions, "rule"> & { readonly rule: Rule }): Attack {
  return {
    kind: "optimized",
    view: "omniscient",
    forge(round) {
      const { own, honest } = round;
      if (own.length + honest.length < rule.needs) return { vectors: own };
      const update = (rows: readonly Float32Array[]) => applyRule(rule, rows).update;
      const options = { ...rest, rule: update, byzantine: own.length };
      return { vectors: optimised(seenBy("omniscient", round), options) };
    },
  };
}
