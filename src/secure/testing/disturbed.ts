import type { PartyId } from "../../runtime/party.ts";
import { type Contributions, contributionsOf } from "./contributions.ts";
import { type Departures, type Going, goingAt } from "./departures.ts";
import { type Drive, type Driven, drive, type Halves } from "./drive.ts";

export interface Disturbed {
  readonly driven: Driven;
  readonly contributions: Contributions;
  /** Says which round it was. */
  readonly label: string;
}

const DIMENSION = 3;

/**
 * Plays rounds of the same clients, past the codec. It is the first round every time: everyone keeps its place, so that
 * whoever goes through all clients goes through all places.
 */
export function disturbed<Stage extends string>(
  halves: Halves,
  clients: readonly PartyId[],
  fateOf: (stages: Departures<Stage>, how: Going["how"]) => NonNullable<Drive["fate"]> = goingAt,
): (going: Going<Stage>) => Disturbed {
  const contributions = contributionsOf(clients, DIMENSION);
  return ({ stages, how, seed }) => {
    const slow = (client: PartyId) => stages.get(client) === "slow";
    const cohort = new Map(clients.map((id) => [id, slow(id) ? null : contributions.get(id)!]));
    // Where the server is told of everyone who goes, and nobody is slow, it needs no deadline.
    const deadline = how === "leave" && !clients.some(slow) ? "never" : "when idle";
    const driven = drive({
      ...{ halves, cohort, dimension: DIMENSION, fate: fateOf(stages, how), deadline, unframed: true },
      ...(seed && { seed }),
    });
    return { driven, contributions, label: JSON.stringify({ stages: [...stages], how, seed }) };
  };
}
