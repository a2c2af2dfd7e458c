/** Rounds of LightSecAgg for tests. */
import type { PartyId } from "../../../runtime/party.ts";
import { type Contributions, environment, expectExactSum } from "../../testing/contributions.ts";
import { type Driven, type Halves, makeHalves } from "../../testing/drive.ts";
import { lightSecAgg } from "../lightsecagg.ts";
import type { LightSecAggOptions } from "../plan.ts";

export function halvesFor(options: LightSecAggOptions, clients: readonly PartyId[]): Halves {
  return makeHalves(lightSecAgg(options, environment()), clients);
}

/** As `expectExactSum`. */
export function expectExact(
  driven: Driven,
  contributions: Contributions,
  { sum }: LightSecAggOptions,
  round = 1,
): readonly PartyId[] {
  const participants = driven.result?.figures?.clients as number;
  return expectExactSum(driven, contributions, { sum, participants, round });
}
