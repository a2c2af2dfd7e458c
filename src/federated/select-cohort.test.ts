import { expect, test } from "vitest";
import { SimulationRandom } from "../numeric/random.ts";
import { selectCohort } from "./select-cohort.ts";

const clients = Array.from({ length: 12 }, (_, k) => `client-${k}`);
const selection = { fraction: 0.5, minimum: 1, over: 1.3 };
const random = () => SimulationRandom.fromSeed(3);

test("whoever comes first, the same are asked", () => {
  const first = selectCohort(clients, clients.length, selection, random());
  expect(first.target).toBe(6);
  expect(first.cohort).toHaveLength(8);
  expect(new Set(first.cohort).size).toBe(8);
  for (let turn = 0; turn < 20; turn++) {
    const arrived = SimulationRandom.fromSeed(turn).shuffle([...clients]);
    expect(selectCohort(arrived, clients.length, selection, random())).toEqual(first);
  }
});

test("clients of a simulation are drawn from in the order of their numbers", () => {
  const expected = random().shuffle([...clients]);
  const all = { ...selection, fraction: 1, over: 1 };
  expect(selectCohort(clients.toSorted(), clients.length, all, random()).cohort).toEqual(expected);
});
