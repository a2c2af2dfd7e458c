import { expect, test } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import { environment, expectExact, namesOf, SUM } from "../testing/contributions.ts";
import { departures, drawGoing, type Going, inTurn, jointDepartures } from "../testing/departures.ts";
import { disturbed } from "../testing/disturbed.ts";
import { quickCryptography } from "../testing/quick-cryptography.ts";
import type { LightSecAggOptions } from "./plan.ts";
import { halvesFor, STAGES, type Stage } from "./testing/round.ts";

const UNIFORM = { ...SUM, weights: "uniform" } as const;

/** Plays rounds, each of which must have an exact sum of all but those who went too early. */
function checker(count: number, options: LightSecAggOptions): (going: Going<Stage>) => void {
  const clients = namesOf(count);
  const play = disturbed(halvesFor(options, clients, environment(quickCryptography)), clients);
  return (going) => {
    const { driven, contributions, label } = play(going);
    const stageOf = (client: string) => going.stages.get(client);
    // Who goes before it has told what it holds may have uploaded before.
    const isSure = (client: string) => stageOf(client) !== "held";
    const isIn = (client: string) => stageOf(client) === undefined || stageOf(client) === "recovery";
    const included = expectExact(driven, contributions, options, { label });
    expect(included.filter(isSure), label).toEqual(clients.filter(isIn).toSorted());
  };
}

test.each([
  { clients: 3, ways: departures, options: { colluders: 0, dropouts: 1, sum: SUM } },
  { clients: 4, ways: departures, options: { colluders: 1, dropouts: 1, sum: SUM } },
  { clients: 4, ways: departures, options: { colluders: 0, dropouts: 2, survivors: 1, sum: UNIFORM } },
  { clients: 5, ways: departures, options: { colluders: 1, dropouts: 2, sum: SUM } },
  { clients: 6, ways: departures, options: { colluders: 2, dropouts: 2, survivors: 3, sum: SUM } },
  { clients: 7, ways: jointDepartures, options: { colluders: 1, dropouts: 3, survivors: 3, sum: SUM } },
  { clients: 8, ways: jointDepartures, options: { colluders: 3, dropouts: 3, sum: SUM } },
  { clients: 9, ways: departures, options: { colluders: 6, dropouts: 1, sum: SUM } },
  { clients: 9, ways: jointDepartures, options: { colluders: 2, dropouts: 3, survivors: 5, sum: SUM } },
])("the sum is exact whoever goes whenever: $clients clients, $options", ({ clients, ways, options }) => {
  const check = checker(clients, options);
  for (const going of inTurn(ways(namesOf(clients), options.dropouts, STAGES))) check(going);
});

test("random dropouts among up to 64 clients, at random stages", () => {
  const first = Date.now() % 1e6;
  console.info(`LightSecAgg: seeds from ${first}`);
  for (let seed = first; seed < first + 5; seed++) {
    const random = SimulationRandom.fromSeed(seed);
    const count = 10 + random.integer(55);
    const dropouts = 1 + random.integer(count >> 1);
    const colluders = random.integer(count - dropouts - 1);
    const survivors = colluders + 1 + random.integer(count - dropouts - colluders);
    const going = drawGoing(random, namesOf(count), dropouts, STAGES);
    checker(count, { colluders, dropouts, survivors, sum: SUM })({ ...going, seed });
  }
});
