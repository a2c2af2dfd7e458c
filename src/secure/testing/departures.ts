/** Who goes in the midst of a round, and when. */
import type { SimulationRandom } from "../../numeric/random.ts";
import type { PartyId } from "../../runtime/party.ts";
import type { Envelope, Fate } from "./drive.ts";

/** By client, the stage at which it goes: just before its first message of that kind. */
export type Departures<Stage extends string = string> = ReadonlyMap<PartyId, Stage>;

/** What befalls a round. */
export interface Going<Stage extends string = string> {
  readonly stages: Departures<Stage>;
  /** `leave` tells the server, `vanish` nobody. */
  readonly how: "leave" | "vanish";
  /** As of `Drive`. */
  readonly seed?: number;
}

/** All ways in which up to `most` of the clients go, each at any of the stages. */
export function* departures<Stage extends string>(
  clients: readonly PartyId[],
  most: number,
  stages: readonly Stage[],
): Generator<Departures<Stage>> {
  yield new Map();
  if (most === 0) return;
  for (const [i, client] of clients.entries()) {
    for (const stage of stages) {
      for (const others of departures(clients.slice(i + 1), most - 1, stages)) {
        yield new Map([...others, [client, stage]]);
      }
    }
  }
}

/** Those of {@link departures} in which all who go go at the same stage. */
export function* jointDepartures<Stage extends string>(
  clients: readonly PartyId[],
  most: number,
  stages: readonly Stage[],
): Generator<Departures<Stage>> {
  yield new Map();
  for (const stage of stages) {
    for (const joint of departures(clients, most, [stage])) if (joint.size > 0) yield joint;
  }
}

/** By turns, clients leave and vanish. */
export function* inTurn<Stage extends string>(ways: Iterable<Departures<Stage>>): Generator<Going<Stage>> {
  let isLeaving = false;
  for (const stages of ways) {
    yield { stages, how: isLeaving ? "leave" : "vanish" };
    isLeaving = !isLeaving;
  }
}

/** So many of the clients go, at stages drawn for each. */
export function drawGoing<Stage extends string>(
  random: SimulationRandom,
  clients: readonly PartyId[],
  count: number,
  stages: readonly Stage[],
): Going<Stage> {
  const going = random.shuffle([...clients]).slice(0, count);
  return {
    stages: new Map(going.map((client) => [client, stages[random.integer(stages.length)]])),
    how: random.integer(2) === 0 ? "leave" : "vanish",
  };
}

/**
 * The stage `within share` is behind the first share of several.
 *
 * @param stageOf the stage that a kind of message belongs to; its own by default
 */
export function goingAt(
  stages: Departures,
  how: Going["how"],
  stageOf: (kind: string) => string = (kind) => kind,
): (envelope: Envelope) => Fate {
  const shares = new Map<PartyId, number>();
  return ({ from, message: { kind } }) => {
    const stage = stages.get(from);
    if (stage === stageOf(kind)) return how;
    if (stage !== "within share" || kind !== "share") return "deliver";
    shares.set(from, 1 + (shares.get(from) ?? 0));
    return shares.get(from) === 2 ? how : "deliver";
  };
}
