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
import { median } from "../harness.ts";
import { answer } from "./child.ts";

export interface NoOpCase {
  readonly parameters: number;
  readonly clients: number;
  /** No round begins after this many seconds. */
  readonly seconds: number;
  /** A first round that takes longer than this many seconds is cut, and projected from the clients that answered. */
  readonly limit: number;
}

export interface NoOpResult {
  /** Median over the rounds; the first, slower one is left out where there are more. */
  readonly roundSeconds: number;
  /** Both directions. */
  readonly bytesPerClientPerRound: number;
  /** Finished rounds; 0 when the figures are projected. */
  readonly rounds: number;
  /** Answers of clients, all rounds together. */
  readonly answers: number;
}

await answer<NoOpCase, NoOpResult>(async ({ parameters, clients, seconds, limit }) => {
  const simulation = noOpFederation(parameters, clients);
  const roundSeconds: number[] = [];
  let answers = 0;
  const begin = performance.now();
  const elapsed = () => (performance.now() - begin) / 1000;
  let roundBegan = 0;
  for await (const batch of simulation.run()) {
    for (const { event } of batch) {
      if (event.kind === "client-trained") answers++;
      if (event.kind !== "round-finished") continue;
      roundSeconds.push(elapsed() - roundBegan);
      roundBegan = elapsed();
    }
    if (roundSeconds.length > 0 ? roundBegan > seconds : elapsed() > limit) break;
  }
  const rounds = roundSeconds.length;
  const { uplinkBytes, downlinkBytes } = simulation.traffic.take();
  return {
    roundSeconds:
      rounds === 0 ? (elapsed() / answers) * clients : median(roundSeconds.slice(rounds > 1 ? 1 : 0)),
    bytesPerClientPerRound: uplinkBytes / answers + downlinkBytes / clients / Math.max(rounds, 1),
    rounds,
    answers,
  };
});

function noOpFederation(parameters: number, count: number): Simulation<Job, JobResult, PartyEvent> {
  const random = SimulationRandom.fromSeed(1);
  const clients = Array.from({ length: count }, (_, k) => `client-${k}`);
  const protocol = plain({ aggregator: () => meanAggregator, weights: "examples" });
  const plan = {
    rounds: Number.MAX_SAFE_INTEGER,
    select: { fraction: 1, minimum: 1, over: 1 },
    deadline: null,
    retries: 0,
    evaluate: { every: 1, clients: false },
    work: { epochs: 1, batch: 32, optimizer: { kind: "sgd", rate: 0.1 } },
    clients,
    initial: new Float32Array(parameters),
  } as const;
  const server = new FederatedServer(plan, protocol, serverMomentum({ rate: 1, momentum: 0 }), random);
  // One vector serves all clients: what else is alive is the coordinator's doing.
  const update = new Float32Array(parameters);
  for (let i = 0; i < parameters; i++) update[i] = (i % 1000) / 1e5;
  return new Simulation<Job, JobResult, PartyEvent>({
    network: createNetwork(null, random, clients),
    party: (id) => {
      if (id === "server") return server;
      return new FederatedClient({ id, shard: 0, dimension: parameters }, protocol, random.stream(id));
    },
    execute: async (job) =>
      job.kind === "train"
        ? { kind: "train", update, examples: 60, steps: 2, loss: 1 }
        : { kind: "evaluate", examples: 1, loss: 1, accuracy: 0.5 },
    workload: () => 60,
    roundEnd: ({ kind }) => (kind === "round-finished" ? "finished" : null),
    lookahead: 4,
  });
}
