import type { Rule } from "../rule.ts";
import { meanOf } from "./mean-of.ts";

/**
 * The mean as a rule in which every client counts the same, to stand behind steps that need all updates at once, and
 * for comparison. It withstands nobody; {@link mean} is the one that streams and weighs.
 */
export const meanRule: Rule = {
  kind: "mean",
  needs: 1,
  condition: "",
  combine: ({ rows }) => ({ update: meanOf(rows, [...rows.keys()]) }),
};
