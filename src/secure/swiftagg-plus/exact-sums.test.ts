import { expect, test } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import { environment, expectExact, namesOf, SUM } from "../testing/contributions.ts";
import { departures, drawGoing, type Going, inTurn, jointDepartures } from "../testing/departures.ts";
import { disturbed } from "../testing/disturbed.ts";
import { quickCryptography } from "../testing/quick-cryptography.ts";
import type { SwiftAggPlusOptions } from "./options.ts";
import { goingAt, halvesFor, STAGES, type Stage } from "./testing/round.ts";

const UNIFORM = { ...SUM, weights: "uniform" } as const;

/** Plays rounds, each of which must have an exact sum of all but those who went before they had shared. */
function checker(count: number, options: SwiftAggPlusOptions): (going: Going<Stage>) => void {
  const clients = namesOf(count);
  const play = disturbed(halvesFor(options, clients, environment(quickCryptography)), clients, goingAt);
  return (going) => {
    const { driven, contributions, label } = play(going);
    const { stages, how, seed } = going;
    const isSure = (client: string) => {
      const stage = stages.get(client);
      // Where others of its group go as well, those who are left may all hold what it has shared.
      if (stage === "within share") return stages.size === 1;
      // In another order, word that a client has left may overtake what it has shared.
      const isOvertaken = how === "leave" && seed !== undefined;
      return !(isOvertaken && (stage === "shared" || stage === "received"));
    };
    const isIn = (client: string) => !["key", "share", "within share"].includes(stages.get(client)!);
    const included = expectExact(driven, contributions, options, { label });
    const expected = clients.filter((client) => isSure(client) && isIn(client)).toSorted();
    expect(included.filter(isSure), label).toEqual(expected);
  };
}

test.each<{ clients: number; ways: typeof departures; options: SwiftAggPlusOptions }>([
  { clients: 3, ways: departures, options: { colluders: 0, dropouts: 1, parts: 2, sum: SUM } },
  { clients: 4, ways: departures, options: { colluders: 1, dropouts: 1, parts: 1, sum: SUM } },
  { clients: 5, ways: departures, options: { colluders: 1, dropouts: 2, parts: 2, sum: SUM } },
  { clients: 6, ways: departures, options: { colluders: 1, dropouts: 2, parts: "auto", sum: UNIFORM } },
  {
    clients: 7,
    ways: jointDepartures,
    options: { colluders: 0, dropouts: 3, parts: 1, basis: "monomial", sum: SUM },
  },
  { clients: 8, ways: departures, options: { colluders: 1, dropouts: 1, parts: 2, sum: SUM } },
  {
    clients: 8,
    ways: jointDepartures,
    options: { colluders: 0, dropouts: 3, parts: 1, topology: "tree", sum: SUM },
  },
  {
    clients: 9,
    ways: departures,
    options: { colluders: 1, dropouts: 1, parts: 1, basis: "monomial", sum: SUM },
  },
  {
    clients: 9,
    ways: departures,
    options: { colluders: 1, dropouts: 1, parts: 1, topology: "tree", sum: SUM },
  },
  { clients: 9, ways: jointDepartures, options: { colluders: 2, dropouts: 2, parts: "auto", sum: SUM } },
  { clients: 9, ways: jointDepartures, options: { colluders: 1, dropouts: 3, parts: 1, sum: SUM } },
])("the sum is exact whoever goes whenever: $clients clients, $options", ({ clients, ways, options }) => {
  const check = checker(clients, options);
  for (const going of inTurn(ways(namesOf(clients), options.dropouts, STAGES))) check(going);
});

test("random dropouts among up to 64 clients, at random stages", () => {
  const first = Date.now() % 1e6;
  console.info(`SwiftAgg+: seeds from ${first}`);
  for (let seed = first; seed < first + 12; seed++) {
    const random = SimulationRandom.fromSeed(seed);
    const colluders = 1 + random.integer(3);
    const dropouts = 1 + random.integer(4);
    const parts = 1 + random.integer(4);
    const groupSize = colluders + dropouts + parts;
    const count = groupSize + random.integer(65 - groupSize);
    const topology = random.integer(2) === 0 ? "chain" : "tree";
    const going = drawGoing(random, namesOf(count), dropouts, STAGES);
    checker(count, { colluders, dropouts, parts, topology, sum: SUM })({ ...going, seed });
  }
});
