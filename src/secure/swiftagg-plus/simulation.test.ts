import { expect, test } from "vitest";
import type { Job } from "../../federated/jobs.ts";
import { complete, execute, federation } from "../../federated/testing/quadratic.ts";
import { environment } from "../testing/contributions.ts";
import { expectPlainMeans, HARSH_NETWORK, SIMULATED_SUM } from "../testing/simulation.ts";
import { swiftAggPlus } from "./swiftagg-plus.ts";

const CLIENTS = 13;
const OPTIONS = { colluders: 1, dropouts: 3, parts: 2, sum: SIMULATED_SUM };

test("a federation with dropouts, stragglers and deadlines learns the plain mean of those included", async () => {
  await expectPlainMeans(() => swiftAggPlus(OPTIONS, environment()), { clients: CLIENTS, seed: 2 });
});

test("without a deadline, dropouts do not keep a round open", async () => {
  const { simulation } = federation({
    ...{ clients: CLIENTS, seed: 2, protocol: swiftAggPlus(OPTIONS, environment()) },
    network: { ...HARSH_NETWORK, faults: { duplicate: 0.3 } },
    plan: { rounds: 3, retries: 20 },
  });
  const events = await complete(simulation);
  expect(events.filter(({ kind }) => kind === "round-finished")).toHaveLength(3);
  const dropped = events.filter((e) => e.kind === "client-outcome" && e.outcome !== "contributed");
  expect(dropped.length).toBeGreaterThan(0);
});

test("a client whose training diverges is left out, and goes on summing for the others", async () => {
  const diverging = new Set([3, 7]);
  const executing = async (job: Job) => {
    const result = await execute(job);
    return job.kind === "train" && diverging.has(job.shard) ? { ...result, loss: Number.NaN } : result;
  };
  const { simulation } = federation({
    ...{ clients: CLIENTS, execute: executing },
    protocol: swiftAggPlus({ ...OPTIONS, dropouts: 2 }, environment()),
    plan: { rounds: 1, retries: 0 },
  });
  const events = await complete(simulation);
  expect(events.find(({ kind }) => kind === "round-finished")).toMatchObject({
    ...{ contributed: 11, rejected: 2 },
    figures: { brokenSequences: 0 },
  });
});
