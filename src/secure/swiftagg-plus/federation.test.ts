/** Whole simulated runs: the round machines, the network and its faults around the halves. */
import { expect, test } from "vitest";
import type { Job } from "../../federated/jobs.ts";
import {
  complete,
  DIMENSION,
  execute,
  type Federation,
  federation,
  pointOf,
} from "../../federated/testing/quadratic.ts";
import type { PartyEvent } from "../../records/events.ts";
import { environment } from "../testing/contributions.ts";
import type { SwiftAggPlusOptions } from "./options.ts";
import { swiftAggPlus } from "./swiftagg-plus.ts";

const OPTIONS: SwiftAggPlusOptions = {
  ...{ colluders: 1, dropouts: 3, parts: 2 },
  sum: { bound: 2, weights: "examples", mostExamples: 10 },
};

const NETWORK = {
  compute: { kind: "log-normal", medianSecondsPerExample: 1, sigma: 0.5 },
  uplink: { kind: "constant", latency: 0.5, bytesPerSecond: 5000 },
  downlink: { kind: "constant", latency: 0.5, bytesPerSecond: 5000 },
  dropout: 0.1,
  crash: { probability: 0.05, downtime: 15 },
  faults: { duplicate: 0.3, reorder: { probability: 0.5, seconds: 2 }, loss: 0.001 },
} as const;

function setting(overrides: Partial<Federation> = {}): Federation {
  return {
    clients: 13,
    seed: 2,
    protocol: swiftAggPlus(OPTIONS, environment()),
    network: NETWORK,
    plan: { rounds: 3, deadline: 30, retries: 20 },
    ...overrides,
  };
}

/** The model that the contributors named in the log make, by plain means: each goes half the way to its point. */
function plainModel(events: readonly PartyEvent[], rounds: number): Float64Array {
  const model = new Float64Array(DIMENSION);
  for (let round = 1; round <= rounds; round++) {
    const shards = events.flatMap((event) =>
      event.kind === "client-outcome" && event.round === round && event.outcome === "contributed"
        ? [Number(event.client.split("-")[1])]
        : [],
    );
    const before = Float64Array.from(model);
    for (const shard of shards) {
      for (const [i, x] of pointOf(shard).entries()) model[i] += (x - before[i]) / 2 / shards.length;
    }
  }
  return model;
}

test("with dropouts, stragglers and faults of the network, the model is the plain mean's up to rounding", async () => {
  const { server, simulation, plan } = federation(setting());
  const events = await complete(simulation);
  const outcomes = events.flatMap((event) => (event.kind === "client-outcome" ? [event.outcome] : []));
  expect(outcomes.filter((outcome) => outcome !== "contributed").length).toBeGreaterThan(0);
  expect(events.filter(({ kind }) => kind === "refused")).toEqual([]);
  const expected = plainModel(events, plan.rounds);
  for (const [i, x] of server.model.entries()) expect(x).toBeCloseTo(expected[i], 6);
  const finished = events.filter(({ kind }) => kind === "round-finished");
  expect(finished[0]).toMatchObject({ figures: { serverSymbols: 6, serverSymbolsExpected: 6 } });
});

test("without a deadline, dropouts do not keep a round open", async () => {
  const network = { ...NETWORK, faults: { duplicate: 0.3 } };
  const plan = { rounds: 3, deadline: null, retries: 20 };
  const { simulation } = federation(setting({ network, plan }));
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
  const options = { ...OPTIONS, dropouts: 2 };
  const { simulation } = federation({
    ...{ clients: 13, execute: executing, protocol: swiftAggPlus(options, environment()) },
    plan: { rounds: 1, retries: 0 },
  });
  const events = await complete(simulation);
  expect(events.find(({ kind }) => kind === "round-finished")).toMatchObject({
    ...{ contributed: 11, rejected: 2 },
    figures: { brokenSequences: 0 },
  });
});

test("a run that is resumed ends with the same bits", async () => {
  const { server, simulation } = federation(setting());
  const events: PartyEvent[] = [];
  const worlds: { seen: number; world: ReturnType<typeof simulation.snapshot> }[] = [];
  for await (const batch of simulation.run()) {
    events.push(...batch.map(({ event }) => event));
    if (events.at(-1)!.kind !== "round-finished") continue;
    worlds.push({ seen: events.length, world: structuredClone(simulation.snapshot()) });
  }
  expect(worlds).toHaveLength(3);
  for (const { seen, world } of worlds) {
    const resumed = federation(setting());
    resumed.simulation.restore(world);
    expect(await complete(resumed.simulation)).toEqual(events.slice(seen));
    expect(resumed.server.model).toEqual(server.model);
  }
});
