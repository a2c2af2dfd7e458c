import { expect, test } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import { namesOf } from "../testing/contributions.ts";
import { departures, drawGoing, type Going, inTurn, jointDepartures } from "../testing/departures.ts";
import { driveWorld, expectExact, halvesOf, OPTIONS, worldOf } from "./testing/round.ts";
import { goingAt, isBefore, ROUND, STAGES, type Stage } from "./testing/stages.ts";

/** Plays rounds, each of which must give everyone who does not go the means of those who had shared their tables. */
function checker(count: number, options: typeof OPTIONS): (going: Going<Stage>) => void {
  const world = worldOf(count, options);
  const { clients } = world;
  return ({ stages, how, seed }) => {
    // Who goes before the round begins takes no part in it.
    const participants = clients.filter((client) => !isBefore(stages.get(client) ?? "masks", "masks"));
    const makers = participants.slice(0, options.colluders + 1 + options.dropouts);
    const label = JSON.stringify({ count, options, stages: [...stages], how, seed });
    const driven = driveWorld(world, halvesOf(world), {
      ...{ fate: goingAt(stages, how), deadline: how === "leave" ? "never" : "when idle", unframed: true },
      ...(seed && { seed }),
    });
    const included = expectExact(world, driven, 1, label);
    for (const client of clients) {
      const stage = stages.get(client);
      // Who makes no masks does not share any.
      const goes = stage && (makers.includes(client) || !/^(within |shared )?masks$/.test(stage));
      if (!goes || isBefore("shared tables", stage)) expect(included, label).toContain(client);
      else if (isBefore(stage, "within tables")) expect(included, label).not.toContain(client);
      if (!goes) expect(driven.models.has(client), `${label}: ${client}`).toBe(true);
    }
  };
}

test.each([
  { count: 5, ways: departures, options: OPTIONS },
  { count: 5, ways: jointDepartures, options: { ...OPTIONS, dropouts: 2 } },
])("means are exact whoever goes whenever: $count clients, $options", ({ count, ways, options }) => {
  const check = checker(count, options);
  for (const going of inTurn(ways(namesOf(count), options.dropouts, STAGES))) check(going);
});

test("random dropouts among up to 12 clients, at random stages", () => {
  const first = Date.now() % 1e6;
  console.info(`SecEA: seeds from ${first}`);
  for (let seed = first; seed < first + 12; seed++) {
    const random = SimulationRandom.fromSeed(seed);
    const colluders = random.integer(3);
    const dropouts = 1 + random.integer(3);
    const count = 2 * colluders + 2 + 2 * dropouts + random.integer(13 - 2 * colluders - 2 - 2 * dropouts);
    const going = drawGoing(random, namesOf(count), dropouts, STAGES);
    checker(count, { ...OPTIONS, colluders, dropouts })({ ...going, seed });
  }
});

test.each(["leave", "vanish"] as const)("means are exact in later rounds, when one would %s", (how) => {
  const world = worldOf(5, OPTIONS);
  const halves = halvesOf(world);
  let round = 1;
  expectExact(world, driveWorld(world, halves, { round }));
  for (const stage of ["ready", ...ROUND] as const) {
    const fate = goingAt(new Map([["client-0", stage]]), how);
    // It comes back as it went, and all is as before.
    for (const one of [{ fate }, {}]) {
      const driven = driveWorld(world, halves, { ...one, round: ++round, unframed: true });
      expectExact(world, driven, round, stage);
      expect(driven.result!.figures, stage).toMatchObject({ registrations: 0, registered: 5 });
    }
  }
});

test.each(STAGES)("one more than may go, before %s: the attempt is given up, the next succeeds", (stage) => {
  const world = worldOf(5, OPTIONS);
  const halves = halvesOf(world);
  // Four clients make a registration of which one may go; who was never there is not in it.
  const going = world.clients.slice(1, stage === "ready" ? 4 : 3);
  const stages = new Map(going.map((client) => [client, stage]));
  const how = STAGES.indexOf(stage) % 2 ? "leave" : "vanish";
  const driven = driveWorld(world, halves, { fate: goingAt(stages, how) });
  if (stage.endsWith("measures")) {
    // All have their rows: whoever goes now is missing in the measurement alone.
    expect(driven.result?.contributors).toEqual(world.clients);
    return;
  }
  expect(driven.abort!.code).toBe("secure.dropouts");
  expect(expectExact(world, driveWorld(world, halves, { attempt: 2 }))).toEqual(world.clients);
});
