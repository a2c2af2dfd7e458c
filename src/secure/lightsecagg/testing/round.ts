/** Rounds of LightSecAgg for tests. */
import type { PartyId } from "../../../runtime/party.ts";
import { environment } from "../../testing/contributions.ts";
import { type Halves, makeHalves } from "../../testing/drive.ts";
import { lightSecAgg } from "../lightsecagg.ts";
import type { LightSecAggOptions } from "../plan.ts";

/** Where a client can go: just before its first message of a kind, or in the midst of sharing its mask. */
export const STAGES = ["key", "share", "within share", "held", "upload", "recovery"] as const;
export type Stage = (typeof STAGES)[number];

export function halvesFor(
  options: LightSecAggOptions,
  clients: readonly PartyId[],
  env = environment(),
): Halves {
  return makeHalves(lightSecAgg(options, env), clients);
}
