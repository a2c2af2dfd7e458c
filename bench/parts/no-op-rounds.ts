/**
 * Rounds of a federation that trains nothing, through the real machines, codec and simulated fabric: what is left
 * is the coordinator's own cost. Runs in a child process of `bench/coordinator.ts`.
 */
import { meanAggregator } from "../../src/aggregation/mean.ts";
import { FederatedClient } from "../../src/federated/client.ts";
import type { Job, JobResult } from "../../src/federated/jobs.ts";
import { plain } from "../../src/federated/protocols/plain.ts";
import { FederatedServer } from "../../src/federated/server.ts";
import { serverMomentum } from "../../src/federated/server-optimizers/momentum.ts";
import { SimulationRandom } from "../../src/numeric/random.ts";
import type { PartyEvent } from "../../src/records/events.ts";
import { createNetwork } from "../../src/runtime/network/network.ts";
import { Simulation } from "../../src/runtime/simulation/simulation.ts";
import { answer } from "./child.ts";

export interface NoOpCase {
  readonly parameters: number;
  readonly clients: number;
  /** Rounds begin until this many seconds have passed. */
  readonly seconds: number;
}

export interface NoOpResult {
  /** Wall time of each round, the first included. */
  readonly roundSeconds: readonly number[];
  readonly bytesPerClientPerRound: number;
}

await answer<NoOpCase, NoOpResult>(async ({ parameters, clients: count, seconds }) => {
  const random = SimulationRandom.fromSeed(1);
  const clients = Array.from({ length: count }, (_, k) => `client-${k}`);
  const protocol = plain({ aggregator: meanAggregator, weights: "examples" });
  const server = new FederatedServer(
    {
      rounds: Number.MAX_SAFE_INTEGER,
      select: { fraction: 1, minimum: 1, over: 1 },
      deadline: null,
      retries: 0,
      evaluate: { every: 1, clients: false },
      work: { epochs: 1, batch: 32, optimizer: { kind: "sgd", rate: 0.1 } },
      clients,
      initial: new Float32Array(parameters),
    },
    protocol,
    serverMomentum({ rate: 1, momentum: 0 }),
    random,
  );
  // One vector serves all clients: what they keep alive is then the coordinator's doing.
  const update = Float32Array.from({ length: parameters }, (_, i) => Math.sin(i) / 100);
  const execute = async (job: Job): Promise<JobResult> =>
    job.kind === "train"
      ? { kind: "train", update, examples: 60, steps: 2, loss: 1 }
      : { kind: "evaluate", examples: 1, loss: 1, accuracy: 0.5 };
  const simulation = new Simulation<Job, JobResult, PartyEvent>({
    network: createNetwork(null, random, clients),
    party: (id) => {
      if (id === "server") return server;
      const plan = { id, shard: clients.indexOf(id), dimension: parameters };
      return new FederatedClient(plan, protocol, random.stream("client", id));
    },
    execute,
    workload: () => 60,
    roundEnd: ({ kind }) => (kind === "round-finished" ? "finished" : null),
    lookahead: 4,
  });

  const roundSeconds: number[] = [];
  const begin = performance.now();
  let start = begin;
  for await (const batch of simulation.run()) {
    if (!batch.some(({ event }) => event.kind === "round-finished")) continue;
    const now = performance.now();
    roundSeconds.push((now - start) / 1000);
    start = now;
    if (now - begin > seconds * 1000) break;
  }
  const { uplinkBytes, downlinkBytes } = simulation.traffic.take();
  return {
    roundSeconds,
    bytesPerClientPerRound: (uplinkBytes + downlinkBytes) / count / roundSeconds.length,
  };
});
