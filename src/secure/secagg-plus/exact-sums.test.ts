import { expect, test } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import type { PartyId } from "../../runtime/party.ts";
import { environment, expectExact, namesOf, SUM } from "../testing/contributions.ts";
import { departures, type Going, inTurn, jointDepartures } from "../testing/departures.ts";
import { disturbed } from "../testing/disturbed.ts";
import { quickCryptography } from "../testing/quick-cryptography.ts";
import { type Plan, planFor, type SecAggPlusOptions } from "./plan.ts";
import { expectedOutcome, placesIn, STAGES, type Stage } from "./testing/expected-outcome.ts";
import { halvesFor } from "./testing/round.ts";

const UNIFORM = { ...SUM, weights: "uniform" } as const;

/** Plays rounds and holds each against what must come of it; says which of the two it was. */
function checker(count: number, options: SecAggPlusOptions): (going: Going<Stage>) => "result" | "abort" {
  const clients = namesOf(count);
  const play = disturbed(halvesFor(options, clients, environment(quickCryptography)), clients);
  const planOf = (n: number) => {
    const plan = planFor(n, options);
    return "code" in plan ? undefined : (plan as Plan);
  };
  return (going) => {
    const { driven, contributions, label } = play(going);
    const expected = expectedOutcome(clients, going.stages, planOf, placesIn(driven));
    if ("code" in expected) {
      expect(driven.result, label).toBeUndefined();
      expect(driven.abort?.code, label).toBe(expected.code);
      return "abort";
    }
    const included = expectExact(driven, contributions, options, { label });
    expect(included, label).toEqual(expected.included.toSorted());
    return "result";
  };
}

/** `spared`: of so many who go there is a sum in any case; of more, sometimes. */
test.each<{
  clients: number;
  ways: typeof departures;
  most: number;
  spared: number;
  options: SecAggPlusOptions;
}>([
  { clients: 4, ways: departures, most: 2, spared: 1, options: { graph: "full", threshold: 2, sum: SUM } },
  { clients: 5, ways: departures, most: 2, spared: 1, options: { graph: "full", threshold: 3, sum: SUM } },
  {
    ...{ clients: 6, ways: departures, most: 2, spared: 1 },
    options: { graph: "full", threshold: 4, sum: UNIFORM },
  },
  {
    ...{ clients: 7, ways: departures, most: 2, spared: 1 },
    options: { graph: "harary", neighbours: 4, threshold: 3, sum: SUM },
  },
  {
    ...{ clients: 8, ways: jointDepartures, most: 2, spared: 2 },
    options: { graph: "full", threshold: 5, sum: SUM },
  },
  {
    ...{ clients: 9, ways: departures, most: 1, spared: 0 },
    options: { graph: "harary", neighbours: 2, threshold: 2, sum: SUM },
  },
  {
    ...{ clients: 9, ways: jointDepartures, most: 3, spared: 2 },
    options: { graph: "harary", neighbours: 4, threshold: 2, sum: SUM },
  },
  {
    ...{ clients: 9, ways: jointDepartures, most: 2, spared: 2 },
    options: { graph: "full", threshold: 6, sum: SUM },
  },
])("sums are exact or there are none, whoever goes whenever: $clients clients, $options", (setting) => {
  const { clients, ways, most, spared, options } = setting;
  const check = checker(clients, options);
  const seen = { result: 0, abort: 0 };
  for (const going of inTurn(ways(namesOf(clients), most, STAGES))) {
    const outcome = check(going);
    if (going.stages.size <= spared) expect(outcome).toBe("result");
    seen[outcome]++;
  }
  expect(seen.abort > 0).toBe(most > spared);
});

test("larger rings, at random, in any order of events", () => {
  const first = Date.now() % 1e6;
  console.info(`SecAgg+: seeds from ${first}`);
  const seen = { result: 0, abort: 0 };
  for (let seed = first; seed < first + 24; seed++) {
    const random = SimulationRandom.fromSeed(seed);
    const neighbours = 2 * (2 + random.integer(7));
    const clients = namesOf(neighbours + 1 + random.integer(64 - neighbours));
    const threshold = 2 + random.integer(neighbours - 2);
    const harm = 0.5 * random.uniform();
    const stages = new Map<PartyId, Stage>();
    for (const client of clients) {
      if (random.uniform() < harm) stages.set(client, STAGES[random.integer(STAGES.length)]);
    }
    const check = checker(clients.length, { graph: "harary", neighbours, threshold, sum: SUM });
    seen[check({ stages, how: "vanish", seed })]++;
  }
  expect(seen.result).toBeGreaterThan(5);
  expect(seen.abort).toBeGreaterThan(2);
});
