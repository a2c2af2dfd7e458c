/** What of a recipe's network holds for real clients, and what describes a simulation only. */
import type { Recipe } from "./schema.ts";
import type { FaultPlan } from "./sections/network.ts";

/** The keys that a recipe gives and that say nothing of real clients, such as `network.compute`. */
export function simulatedOnly({ network }: Pick<Recipe, "network">): string[] {
  const keys = ["compute", "downlink", "uplink", "slow"] as const;
  return keys.filter((key) => network?.[key] !== undefined).map((key) => `network.${key}`);
}

/** What goes wrong on purpose, with real clients too; undefined: nothing. */
export function faultPlanOf({ network }: Pick<Recipe, "network">): FaultPlan | undefined {
  if (network === null) return undefined;
  const { dropout, crash, faults } = network;
  return { dropout, ...(crash && { crash }), ...(faults && { faults }) };
}
