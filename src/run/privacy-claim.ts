import { groupsOf } from "../recipe/protocol-families.ts";
import type { Recipe } from "../recipe/schema.ts";
import type { RoundSummary, RunSummary } from "../records/events.ts";

/** What a finished run can say of its privacy, and under what conditions; null where nothing was done for it. */
export function privacyClaim(recipe: Recipe, rounds: readonly RoundSummary[]): RunSummary["privacy"] {
  const { privacy } = recipe;
  if (privacy === null) return null;
  return {
    unit: "client",
    // As `PrivacyAccount` has reckoned it after the last round.
    epsilon: rounds.at(-1)!.figures!.epsilon as number,
    delta: privacy.delta,
    accountant: "renyi (Skellam)",
    assumptions: [
      "Compared are runs with a client's data and without: its update is then zero in every round. Who is asked and who contributes is known to all.",
      `The server follows the protocol; it and up to ${colluders(recipe)} pool what they see. All other clients add their share of the noise.`,
      "Every attempt at a round counts, unless it failed before its sum, and those that were repeated after an interruption count again. That rounds draw their clients is not made use of.",
      "Not accounted for is what clients tell beside their sums: how long they take, and whether training diverged.",
      "Sums hide their parts as far as the protocol's cryptography does; noise is drawn from the platform's generator in 64-bit floats.",
    ],
  };
}

function colluders({ protocol }: Recipe): string {
  const group = groupsOf(protocol) === undefined ? "" : " of a group";
  if ("corruptFraction" in protocol) {
    return `${Number((100 * protocol.corruptFraction).toFixed(2))} % (rounded down) of those who take part in an attempt${group}`;
  }
  if ("colluders" in protocol) {
    return `${protocol.colluders} ${protocol.colluders === 1 ? "client" : "clients"}${group}`;
  }
  return "no client";
}
