/** Rounds of SecAgg+ for tests. */
import type { PartyId } from "../../../runtime/party.ts";
import { type Contributions, environment, expectExactSum } from "../../testing/contributions.ts";
import { type Driven, type Halves, makeHalves } from "../../testing/drive.ts";
import type { SecAggPlusOptions } from "../plan.ts";
import { secAggPlus } from "../secagg-plus.ts";

export const DIMENSION = 3;

export function halvesFor(options: SecAggPlusOptions, clients: readonly PartyId[]): Halves {
  return makeHalves(secAggPlus(options, environment()), clients);
}

/** As `expectExactSum`. */
export function expectExact(
  driven: Driven,
  contributions: Contributions,
  { sum }: SecAggPlusOptions,
  round = 1,
): readonly PartyId[] {
  const participants = driven.result?.figures?.clients as number;
  return expectExactSum(driven, contributions, { sum, participants, round });
}
