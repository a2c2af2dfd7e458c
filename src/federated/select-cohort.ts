import type { SimulationRandom } from "../numeric/random.ts";
import type { PartyId } from "../runtime/party.ts";

/** Whom a round asks. */
export interface Selection {
  /** Part of the registered clients whose answers a round wants, in (0, 1]. */
  readonly fraction: number;
  /** The fewest clients that make a round, >= 1. */
  readonly minimum: number;
  /** Over-selection (Bonawitz et al. 2019, section 3): ask this many times more clients than wanted, >= 1. */
  readonly over: number;
}

/**
 * Draws a round's cohort uniformly without replacement. The target is round(fraction * registered), but at least
 * `minimum`; ceil(over * target) clients are asked, as far as there are that many.
 *
 * @param available clients that can be asked now, at least `minimum`; in which order is no matter
 * @returns the cohort in drawing order, and how many answers end the round early
 */
export function selectCohort(
  available: readonly PartyId[],
  registered: number,
  selection: Selection,
  random: SimulationRandom,
): { cohort: PartyId[]; target: number } {
  const wanted = Math.max(selection.minimum, Math.round(selection.fraction * registered));
  const target = Math.min(wanted, available.length);
  const asked = Math.min(Math.ceil(wanted * selection.over), available.length);
  return { cohort: random.shuffle(available.toSorted(byName)).slice(0, asked), target };
}

/** Real clients come in any order. So `client-2` is before `client-10`, and no locale matters. */
function byName(a: PartyId, b: PartyId): number {
  return a.length - b.length || (a < b ? -1 : 1);
}
