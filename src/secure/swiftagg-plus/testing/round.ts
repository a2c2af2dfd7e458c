/** Rounds of SwiftAgg+ for tests. */
import type { PartyId } from "../../../runtime/party.ts";
import { environment } from "../../testing/contributions.ts";
import { type Departures, goingAt as goingBefore } from "../../testing/departures.ts";
import { type Envelope, type Fate, type Halves, makeHalves } from "../../testing/drive.ts";
import type { SwiftAggPlusOptions } from "../options.ts";
import { swiftAggPlus } from "../swiftagg-plus.ts";

export function halvesFor(
  options: SwiftAggPlusOptions,
  clients: readonly PartyId[],
  env = environment(),
): Halves {
  return makeHalves(swiftAggPlus(options, env), clients);
}

/** Where a client can go: just before its first message of a kind, or in the midst of sharing. */
export const STAGES = ["key", "share", "within share", "shared", "received", "sum", "passed"] as const;
export type Stage = (typeof STAGES)[number];

/** Partial and final sums are one stage. */
export function goingAt(stages: Departures<Stage>, how: "leave" | "vanish"): (envelope: Envelope) => Fate {
  return goingBefore(stages, how, (kind) => (kind === "partial" || kind === "final" ? "sum" : kind));
}
