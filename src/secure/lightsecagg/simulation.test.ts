import { test } from "vitest";
import { environment } from "../testing/contributions.ts";
import { expectPlainMeans, SIMULATED_SUM } from "../testing/simulation.ts";
import { lightSecAgg } from "./lightsecagg.ts";

test("a federation with dropouts, stragglers and deadlines learns the plain mean of those included", async () => {
  const options = { colluders: 2, dropouts: 3, sum: SIMULATED_SUM };
  await expectPlainMeans(() => lightSecAgg(options, environment()), { clients: 8, seed: 3 });
});
