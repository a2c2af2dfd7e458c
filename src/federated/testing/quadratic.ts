/**
 * A federation small enough to reason about, for tests: client k holds the point a_k and minimises
 * |y - a_k|^2 / 2 from the round's model; training is exact gradient descent in plain arithmetic.
 */
import { meanAggregator } from "../../aggregation/mean.ts";
import type { TrainJob, TrainResult } from "../../learn/training.ts";
import { SimulationRandom } from "../../numeric/random.ts";
import type { PartyEvent } from "../../records/events.ts";
import { createNetwork } from "../../runtime/network/network.ts";
import type { NetworkSpec } from "../../runtime/network/spec.ts";
import { Simulation } from "../../runtime/simulation/simulation.ts";
import { FederatedClient } from "../client.ts";
import type { Job, JobResult } from "../jobs.ts";
import type { Protocol } from "../protocol.ts";
import { plain } from "../protocols/plain.ts";
import { roundEnd } from "../round-end.ts";
import { FederatedServer, type ServerPlan } from "../server.ts";
import { serverMomentum } from "../server-optimizers/momentum.ts";
import type { ServerOptimizer } from "../server-optimizers/server-optimizer.ts";

export const DIMENSION = 3;
export const EXAMPLES = 10;

export interface Federation {
  readonly clients: number;
  readonly seed?: number;
  readonly plan?: Partial<ServerPlan>;
  readonly network?: NetworkSpec | null;
  readonly protocol?: Protocol;
  readonly optimizer?: ServerOptimizer;
  readonly execute?: (job: Job) => Promise<JobResult>;
}

/** The point that client k holds. */
export function pointOf(shard: number): Float32Array {
  return Float32Array.from({ length: DIMENSION }, (_, i) => Math.fround(Math.sin(1 + shard * DIMENSION + i)));
}

export function federation(options: Federation) {
  const { clients: count, seed = 1, network = null } = options;
  const clients = Array.from({ length: count }, (_, k) => `client-${k}`);
  const random = SimulationRandom.fromSeed(seed);
  const protocol = options.protocol ?? plain({ aggregator: () => meanAggregator, weights: "examples" });
  const plan: ServerPlan = {
    rounds: 3,
    select: { fraction: 1, minimum: 1, over: 1 },
    deadline: null,
    retries: 2,
    evaluate: { every: 1, clients: false },
    work: { epochs: 1, batch: EXAMPLES, optimizer: { kind: "sgd", rate: 0.5 } },
    clients,
    initial: new Float32Array(DIMENSION),
    ...options.plan,
  };
  const server = new FederatedServer(
    plan,
    protocol,
    options.optimizer ?? serverMomentum({ rate: 1, momentum: 0 }),
    random,
  );
  /** Those who have had to do something. */
  const parties = new Map<string, FederatedClient>();
  const simulation = new Simulation<Job, JobResult, PartyEvent>({
    network: createNetwork(network, random, clients),
    party: (id) => {
      if (id === "server") return server;
      const shard = clients.indexOf(id);
      const own = { id, shard, dimension: DIMENSION, initial: plan.initial };
      const client = new FederatedClient(own, protocol, random.stream("client", id));
      parties.set(id, client);
      return client;
    },
    execute: options.execute ?? execute,
    workload: (job) => (job.kind === "train" ? EXAMPLES * job.work.epochs : EXAMPLES),
    roundEnd,
    lookahead: 3,
  });
  return { server, simulation, parties, plan };
}

/** Runs to the end and gives all events. */
export async function complete(simulation: Simulation<Job, JobResult, PartyEvent>): Promise<PartyEvent[]> {
  const events: PartyEvent[] = [];
  for await (const batch of simulation.run()) events.push(...batch.map(({ event }) => event));
  return events;
}

export async function execute(job: Job): Promise<JobResult> {
  if (job.kind === "train") return train(job);
  const goal = job.on === "test" ? new Float32Array(DIMENSION) : pointOf(job.on);
  const loss = job.parameters.reduce((sum, y, i) => sum + (y - goal[i]) ** 2 / 2, 0);
  return { kind: "evaluate", examples: EXAMPLES, loss, accuracy: 1 / (1 + loss) };
}

function train({ parameters, shard, work, correction }: TrainJob): TrainResult {
  const goal = pointOf(shard);
  const y = Float32Array.from(parameters);
  for (let step = 0; step < work.epochs; step++) {
    for (let i = 0; i < y.length; i++) {
      const proximal = (work.proximal ?? 0) * (y[i] - parameters[i]);
      y[i] -= work.optimizer.rate * (y[i] - goal[i] + proximal + (correction?.[i] ?? 0));
    }
  }
  const update = y.map((value, i) => value - parameters[i]);
  return { kind: "train", update, examples: EXAMPLES, steps: work.epochs, loss: 0 };
}
