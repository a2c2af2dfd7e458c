/** Secure protocols with real clients over loopback sockets: sums are exact, so the bits are those of the simulation. */
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { completeRecipe, type RecipeInput } from "../recipe/index.ts";
import { messageWords } from "../records/message-words.ts";
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
    // Clients come and go beside the rounds in the one, and are there in the other; last words may be under way still.
    const counted = ({ messages }: typeof real) =>
      messages.flatMap(({ kind, from, to, count }) =>
        ["plan", "ready", "close"].includes(kind) ? [] : `${count} ${kind} ${from} ${to}`,
      );
    expect(new Set(counted(real))).toEqual(new Set(counted(inSimulation)));
    for (const { kind } of real.messages) expect(messageWords(kind), kind).toBeDefined();
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

test.each<Partial<RecipeInput>>([
  { network: { dropout: 0.2 } },
  { protocol: { kind: "lightsecagg", colluders: 2, dropouts: 1, mostExamples } },
])("worker momentum is kept by real clients as in simulation: %o", async (change) => {
  const without = await prepared({ ...change, rounds: 4 });
  const run = await prepared({ ...change, rounds: 4, local: { ...irises.local, workerMomentum: 0.9 } });
  const inSimulation = await simulated(run);
  const real = await served(run);
  expect(real.model).toEqual(inSimulation.model);
  expect(real.model).not.toEqual((await simulated(without)).model);
  // Who drops out of a round goes on in a later one from what it sent before.
  const dropped = real.events.filter(
    (event) => event.kind === "client-outcome" && event.outcome === "dropped",
  );
  expect(dropped.length > 0).toBe(change.network !== undefined);
});
