import { FederatedClient } from "../federated/client.ts";
import type { Job, JobResult } from "../federated/jobs.ts";
import { roundEnd } from "../federated/round-end.ts";
import { FederatedServer } from "../federated/server.ts";
import type { Trainer } from "../learn/training.ts";
import { localWorkOf, protocolOf, serverOptimizerOf } from "../recipe/components.ts";
import type { PartyEvent } from "../records/events.ts";
import { createNetwork } from "../runtime/network/network.ts";
import { Simulation } from "../runtime/simulation/simulation.ts";
import type { PreparedRun } from "./prepare.ts";

/** A forward pass costs about a third of a training step (forward and backward). */
const EVALUATION_COST = 1 / 3;

/** The parties of a prepared run on the simulated fabric. `workers` jobs run at once. */
export function simulateFederation(
  { recipe, random, clients, shards, initial }: PreparedRun,
  trainer: Trainer,
  workers: number,
): { server: FederatedServer; simulation: Simulation<Job, JobResult, PartyEvent> } {
  const protocol = protocolOf(recipe);
  const work = localWorkOf(recipe);
  const { rounds, select, deadline, retries, evaluate } = recipe;
  const server = new FederatedServer(
    { rounds, select, deadline, retries, evaluate, work, clients, initial },
    protocol,
    serverOptimizerOf(recipe),
    random,
  );
  const shardOf = new Map(clients.map((id, shard) => [id, shard]));
  const simulation = new Simulation<Job, JobResult, PartyEvent>({
    network: createNetwork(recipe.network, random, clients),
    party: (id) => {
      if (id === "server") return server;
      const plan = { id, shard: shardOf.get(id)!, dimension: initial.length };
      return new FederatedClient(plan, protocol, random.stream("client", id));
    },
    execute: (job) => (job.kind === "train" ? trainer.run(job) : trainer.run(job)),
    workload: (job) => {
      if (job.kind === "train") return shards[job.shard].length * job.work.epochs;
      return job.on === "test" ? 0 : shards[job.on].length * EVALUATION_COST;
    },
    roundEnd,
    refuse: (from, { code, message }) => ({ kind: "refused", from, code, reason: message }),
    lookahead: 2 * workers,
  });
  return { server, simulation };
}
