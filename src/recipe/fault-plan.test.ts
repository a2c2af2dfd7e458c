import { expect, test } from "vitest";
import { SimulationRandom } from "../numeric/random.ts";
import { createNetwork } from "../runtime/network/network.ts";
import { faultPlanOf, simulatedOnly } from "./fault-plan.ts";
import { completeRecipe, type RecipeInput } from "./index.ts";
import { faultPlanSchema } from "./sections/network.ts";

const least: RecipeInput = {
  ...{ name: "least", task: "mnist-mlp", data: { dataset: "mnist" }, clients: 10, rounds: 3 },
  deadline: 5,
};

const failures = {
  dropout: 0.1,
  crash: { probability: 0.1, downtime: 3 },
  faults: { loss: 0.1, garbage: 0.1, lie: 0.1, delay: { probability: 0.2, seconds: 1 } },
};

test("what describes a simulation only is named, and the rest is the plan for real clients", () => {
  const recipe = completeRecipe({
    ...least,
    network: {
      compute: { kind: "constant", secondsPerExample: 1 },
      uplink: { kind: "constant", bytesPerSecond: 1 },
      slow: { fraction: 0.1, factor: 2 },
      ...failures,
    },
  });
  expect(simulatedOnly(recipe)).toEqual(["network.compute", "network.uplink", "network.slow"]);
  const plan = faultPlanOf(recipe)!;
  expect(plan).toEqual({ ...failures, faults: { duplicate: 0, ...failures.faults } });
  expect(faultPlanSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  // Both sides derive the same fates from it.
  const [mine, theirs] = [recipe.network, plan].map((network) =>
    createNetwork(network, SimulationRandom.fromSeed(recipe.seed), []),
  );
  for (let round = 1; round <= 200; round++) {
    const question = { round, from: "a", to: "server", purpose: "message" };
    expect(mine.messageFate(question)).toEqual(theirs.messageFate(question));
  }
});

test("without a network there is neither", () => {
  const recipe = completeRecipe(least);
  expect(simulatedOnly(recipe)).toEqual([]);
  expect(faultPlanOf(recipe)).toBeUndefined();
});
