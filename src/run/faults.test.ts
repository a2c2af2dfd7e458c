/** One recipe with faults, in simulation and with real clients over loopback sockets. */
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { completeRecipe, type RecipeInput } from "../recipe/index.ts";
import { type PreparedRun, prepare } from "./prepare.ts";
import { type Course, served, simulated } from "./testing/course.ts";

const irises: RecipeInput = {
  name: "faults",
  task: "tabular-logistic",
  data: { csv: "iris.csv", label: "species" },
  clients: 6,
  rounds: 6,
  local: { epochs: 10, batch: 8, optimizer: { kind: "sgd", rate: 0.1 } },
  deadline: 20,
};

/** Of everything something, and all of it small against the deadline. */
const faults: NonNullable<NonNullable<RecipeInput["network"]>["faults"]> = {
  loss: 0.06,
  duplicate: 0.15,
  reorder: { probability: 0.2, seconds: 2 },
  delay: { probability: 0.2, seconds: 2 },
  garbage: 0.08,
  lie: 0.06,
  leave: { probability: 0.15, seconds: 4 },
};

async function prepared(change: Partial<RecipeInput>): Promise<PreparedRun> {
  return prepare(completeRecipe({ ...irises, ...change }), resolve("recipes/data"));
}

function outcomesOf({ events }: Course) {
  return events
    .filter((event) => event.kind === "client-outcome")
    .map(({ round, client, outcome, seconds }) => ({ round, client, outcome, seconds: seconds?.toFixed(6) }))
    .sort((a, b) => a.round - b.round || (a.client < b.client ? -1 : 1));
}

function roundsOf({ events }: Course) {
  return events.filter((event) => event.kind === "round-finished");
}

function lateOf({ events }: Course): string[] {
  return events
    .flatMap((event) => (event.kind === "late-answer" ? `${event.round} ${event.client}` : []))
    .sort();
}

/** Every client that was asked has exactly one outcome, in every round of the recipe. */
function expectSound(course: Course, rounds: number) {
  expect(roundsOf(course).map(({ round }) => round)).toEqual(Array.from({ length: rounds }, (_, i) => i + 1));
  for (const { round, selected, contributed, late, dropped, rejected } of roundsOf(course)) {
    expect(contributed + late + dropped + rejected).toBe(selected);
    const asked = outcomesOf(course).filter((outcome) => outcome.round === round);
    expect(new Set(asked.map(({ client }) => client)).size).toBe(selected);
  }
  expect(course.model.every(Number.isFinite)).toBe(true);
}

test("the same faults strike the same messages in simulation and over sockets, with the same model at the end", async () => {
  const run = await prepared({ network: { faults }, seed: 3 });
  const [simulation, sockets] = [await simulated(run), await served(run)];
  expectSound(sockets, 6);
  expect(outcomesOf(sockets)).toEqual(outcomesOf(simulation));
  expect([...sockets.refused].sort()).toEqual([...simulation.refused].sort());
  expect(lateOf(sockets)).toEqual(lateOf(simulation));
  expect(sockets.model).toEqual(simulation.model);
  expect(roundsOf(sockets).at(-1)!.accuracy).toBeGreaterThan(0.7);
  // All of it has happened.
  expect(sockets.refused.filter((line) => line.includes("frame.")).length).toBeGreaterThan(2);
  expect(lateOf(sockets).length).toBeGreaterThan(0);
  expect(outcomesOf(sockets).filter(({ outcome }) => outcome === "late").length).toBeGreaterThan(2);
});

test("clients that drop out or crash leave and come back on both, and work for the later rounds", async () => {
  const network = { dropout: 0.15, crash: { probability: 0.2, downtime: 6 } };
  const run = await prepared({ network, rounds: 4, seed: 2 });
  const [simulation, sockets] = [await simulated(run), await served(run)];
  expectSound(sockets, 4);
  const fates = (course: Course) => outcomesOf(course).map(({ seconds: _, ...outcome }) => outcome);
  expect(fates(sockets)).toEqual(fates(simulation));
  expect(sockets.model).toEqual(simulation.model);
  const dropped = outcomesOf(sockets).filter(({ outcome }) => outcome === "dropped");
  expect(new Set(dropped.map(({ round }) => round)).size).toBeGreaterThan(1);
  const contributed = outcomesOf(sockets).filter(({ outcome }) => outcome === "contributed");
  const again = dropped.filter(({ client, round }) =>
    contributed.some((later) => later.client === client && later.round > round),
  );
  expect(again.length).toBeGreaterThan(0);
});

test("faults of probability 0 change no bit, in simulation and over sockets", async () => {
  const never = { probability: 0, seconds: 3 };
  const none = { reorder: never, delay: never, leave: never };
  const without = await prepared({ rounds: 2 });
  const withThem = await prepared({ rounds: 2, network: { faults: none } });
  const plain = await simulated(without);
  for (const course of [await simulated(withThem), await served(without), await served(withThem)]) {
    expect(course.model).toEqual(plain.model);
    expect(outcomesOf(course)).toEqual(outcomesOf(plain));
    expect(course.refused).toEqual([]);
  }
});
