/** Secure protocols with real clients over loopback sockets: sums are exact, so the bits are those of the simulation. */
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { completeRecipe, type RecipeInput } from "../recipe/index.ts";
import { prepare } from "./prepare.ts";
import { served, simulated } from "./testing/course.ts";

const irises: RecipeInput = {
  name: "secure",
  task: "tabular-logistic",
  data: { csv: "iris.csv", label: "species" },
  clients: 8,
  rounds: 3,
  local: { epochs: 10, batch: 8, optimizer: { kind: "sgd", rate: 0.1 } },
  deadline: 20,
};

/** No client holds more; a bound far above would cost precision. */
const mostExamples = 20;

const protocols: readonly NonNullable<RecipeInput["protocol"]>[] = [
  { kind: "swiftagg-plus", colluders: 2, dropouts: 1, mostExamples },
  { kind: "swiftagg-plus", colluders: 1, dropouts: 1, parts: 1, topology: "tree", mostExamples },
  { kind: "lightsecagg", colluders: 2, dropouts: 1, mostExamples },
  { kind: "secagg-plus", mostExamples },
  { kind: "secagg", mostExamples },
];

async function prepared(change: Partial<RecipeInput>) {
  return prepare(completeRecipe({ ...irises, ...change }), resolve("recipes/data"));
}

const plain = await simulated(await prepared({}));

test.each(protocols)(
  "$kind ends near the mean in the clear, and over sockets with the same bits",
  async (protocol) => {
    const run = await prepared({ protocol });
    const inSimulation = await simulated(run);
    const real = await served(run);
    expect(real.model).toEqual(inSimulation.model);
    const worst = plain.model.reduce((most, value, i) => Math.max(most, Math.abs(value - real.model[i])), 0);
    expect(worst).toBeLessThan(1e-5);
    const finished = real.events.filter((event) => event.kind === "round-finished");
    expect(finished.map(({ contributed }) => contributed)).toEqual([8, 8, 8]);
    expect(real.refused).toEqual([]);
  },
);

test("a median across groups of secure sums, over sockets and in simulation", async () => {
  const run = await prepared({
    clients: 12,
    protocol: { kind: "lightsecagg", colluders: 1, dropouts: 1, groups: 3 },
    aggregator: { kind: "median", byzantine: 1 },
  });
  expect((await served(run)).model).toEqual((await simulated(run)).model);
});
