/** Rounds of SecAgg+ for tests. */
import type { PartyId } from "../../../runtime/party.ts";
import { environment } from "../../testing/contributions.ts";
import { type Halves, makeHalves } from "../../testing/drive.ts";
import type { SecAggPlusOptions } from "../plan.ts";
import { secAggPlus } from "../secagg-plus.ts";

export const DIMENSION = 3;

export function halvesFor(
  options: SecAggPlusOptions,
  clients: readonly PartyId[],
  env = environment(),
): Halves {
  return makeHalves(secAggPlus(options, env), clients);
}
