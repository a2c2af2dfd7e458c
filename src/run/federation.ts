import { Adversary, type AdversaryState, type Scheme } from "../adversary/adversary.ts";
import { alieBackdoor } from "../adversary/backdoor.ts";
import { isActive } from "../adversary/schedule.ts";
import { FederatedClient, trainingSeed } from "../federated/client.ts";
import type { Job, JobResult } from "../federated/jobs.ts";
import { roundEnd } from "../federated/round-end.ts";
import { FederatedServer } from "../federated/server.ts";
import type { Trainer } from "../learn/training.ts";
import { attackOf, ddofOf, largestZOf } from "../recipe/attack-of.ts";
import { localWorkOf, protocolEnvironment, protocolOf, serverOptimizerOf } from "../recipe/components.ts";
import type { Recipe } from "../recipe/schema.ts";
import type { PartyEvent } from "../records/events.ts";
import { createNetwork } from "../runtime/network/network.ts";
import type { PartyId } from "../runtime/party.ts";
import { Simulation, type SimulationState } from "../runtime/simulation/simulation.ts";
import { nativeCryptography } from "../secure/node/native-cryptography.ts";
import { embeddingsOf } from "./embeddings.ts";
import type { Learnt } from "./export-models.ts";
import type { PreparedRun } from "./prepare.ts";
import type { SideShards } from "./side-shards.ts";

/** A forward pass costs about a third of a training step (forward and backward). */
const EVALUATION_COST = 1 / 3;

export interface Federation {
  readonly server: FederatedServer;
  readonly simulation: Simulation<Job, JobResult, PartyEvent>;
  /** What there is at the end. */
  learnt(): Learnt;
  /** To be told every event before the simulation goes on. */
  note(event: PartyEvent): void;
  snapshot(): World;
  restore(world: World): void;
}

/** What a checkpoint keeps of a simulated federation. */
export interface World {
  readonly simulation: SimulationState<Job>;
  readonly adversary: AdversaryState | undefined;
}

/** The parties of a prepared run on the simulated fabric. `workers` jobs run at once. */
export function simulateFederation(
  prepared: PreparedRun,
  side: SideShards,
  trainer: Trainer,
  workers: number,
): Federation {
  const { recipe, random, clients, initial } = prepared;
  const { shards } = side;
  const protocol = protocolOf(
    recipe,
    protocolEnvironment(random, {
      cryptography: nativeCryptography,
      ...(side.reference !== undefined && { referenceShard: side.reference }),
      ...(side.heldOut && { embeddings: embeddingsOf(prepared, side.heldOut) }),
    }),
  );
  const work = localWorkOf(recipe);
  const { rounds, select, deadline, retries, evaluate } = recipe;
  const server = new FederatedServer(
    { rounds, select, deadline, retries, evaluate, work, clients, initial },
    protocol,
    serverOptimizerOf(recipe),
    random,
  );
  const adversary = adversaryOf(prepared, side, trainer);
  const worker = adversary ?? trainer;
  const shardOf = new Map(clients.map((id, shard) => [id, shard]));
  const parties = new Map<PartyId, FederatedClient>();
  const simulation = new Simulation<Job, JobResult, PartyEvent>({
    network: createNetwork(recipe.network, random, clients),
    party: (id) => {
      if (id === "server") return server;
      const plan = { id, shard: shardOf.get(id)!, dimension: initial.length, initial };
      const client = new FederatedClient(plan, protocol, random.stream("client", id));
      if (protocol.personal) parties.set(id, client);
      return client;
    },
    execute: (job) => (job.kind === "train" ? worker.run(job) : worker.run(job)),
    workload: (job) => {
      if (job.kind === "evaluate") {
        const { length } = job.on === "test" ? side.dataset.test.labels : shards[job.on];
        return length * EVALUATION_COST;
      }
      const { epochs, batch, steps = Number.POSITIVE_INFINITY } = job.work;
      return Math.min(shards[job.shard].length * epochs, steps * batch);
    },
    roundEnd,
    refuse: (from, { code, message }) => ({ kind: "refused", from, code, reason: message }),
    lookahead: 2 * workers,
  });
  return {
    ...{ server, simulation },
    learnt() {
      if (!protocol.personal) return server.model;
      return new Map(clients.map((id) => [id, parties.get(id)?.model ?? initial]));
    },
    note(event) {
      if (event.kind === "client-trained") adversary?.trained(event.round, shardOf.get(event.client)!);
      if (event.kind !== "round-started") return;
      const byName = [...event.selected].sort();
      adversary?.opened(
        event.round,
        byName.map((client) => shardOf.get(client)!),
      );
    },
    snapshot: () => ({ simulation: simulation.snapshot(), adversary: adversary?.snapshot() }),
    restore(world) {
      simulation.restore(world.simulation);
      if (world.adversary) adversary?.restore(world.adversary);
    },
  };
}

function adversaryOf(
  { recipe, random, clients, corrupted }: PreparedRun,
  side: SideShards,
  trainer: Trainer,
): Adversary | undefined {
  if (recipe.adversary === null || corrupted.length === 0) return undefined;
  const { active } = recipe.adversary;
  return new Adversary({
    scheme: schemeOf(recipe, side),
    corrupted: new Set(corrupted),
    isActive: (round) => isActive(active, round),
    trainer,
    seedOf: (shard, round) => trainingSeed(random.stream("client", clients[shard]), round),
    random: random.stream("adversary"),
    finite: recipe.protocol.kind !== "plain",
  });
}

function schemeOf(recipe: Recipe, { poisoned, triggered }: SideShards): Scheme {
  const { adversary } = recipe;
  if (adversary?.kind === "alie-backdoor") {
    const { z, deviation, alpha, steps, batch, rate } = adversary;
    const work = {
      ...{ epochs: steps, steps, batch, optimizer: { kind: "sgd", rate, decay: BACKDOOR_DECAY } as const },
      tether: (1 - alpha) / alpha,
    };
    return {
      backdoor: alieBackdoor({
        ...{ z: z ?? largestZOf(recipe), ddof: ddofOf(deviation) },
        ...{ shard: triggered!, work },
      }),
    };
  }
  const attack = attackOf(recipe);
  return { poisoned, ...(attack && { attack }) };
}

/** L2 penalty of the backdoor's training (the paper's published code). */
const BACKDOOR_DECAY = 1e-4;
