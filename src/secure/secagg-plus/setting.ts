import type { InputError } from "../../errors.ts";
import { type Plan, planFor, type SecAggPlusOptions } from "./plan.ts";

/** What the halves of a run have in common. */
export interface Setting {
  readonly kind: string;
  readonly options: SecAggPlusOptions;
  /** {@link planFor} these options; reckoned once for each number of clients. */
  readonly planFor: (clients: number) => Plan | InputError;
}

export function settingOf(options: SecAggPlusOptions): Setting {
  const plans = new Map<number, Plan | InputError>();
  return {
    kind: options.graph === "full" ? "secagg" : "secagg-plus",
    options,
    planFor(clients) {
      const plan = plans.get(clients) ?? planFor(clients, options);
      plans.set(clients, plan);
      return plan;
    },
  };
}
