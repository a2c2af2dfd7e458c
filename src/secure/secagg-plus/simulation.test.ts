import { test } from "vitest";
import { environment } from "../testing/contributions.ts";
import { expectPlainMeans, SIMULATED_SUM as sum } from "../testing/simulation.ts";
import { secAggPlus } from "./secagg-plus.ts";

test.each([
  { graph: "harary", neighbours: 6, threshold: 3, sum },
  { graph: "full", threshold: 4, sum },
] as const)(
  "a federation with dropouts, stragglers and deadlines learns the plain mean of those included: %o",
  async (options) => {
    await expectPlainMeans(() => secAggPlus(options, environment()), { clients: 9, seed: 3 });
  },
);
