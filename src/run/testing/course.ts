/** One recipe in simulation and with real clients over loopback sockets, to be compared. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "vitest";
import { dataPlanOf } from "../../data/data-plan.ts";
import { joinRun } from "../../join/join-run.ts";
import { createBundleTrainer } from "../../learn/bundle-trainer.ts";
import { createProgramBundle } from "../../learn/create-program-bundle.ts";
import { createEngineTrainer } from "../../learn/engine-trainer.ts";
import { onnxEngine, onnxLoweredEngine } from "../../learn/node/onnx-engine.ts";
import type { EvaluateJob, EvaluateResult, Trainer, TrainJob, TrainResult } from "../../learn/training.ts";
import { localWorkOf } from "../../recipe/components.ts";
import { isEmbeddings } from "../../recipe/protocol-families.ts";
import type { MessageTally, PartyEvent } from "../../records/events.ts";
import { connectWebSocket } from "../../runtime/node/websocket-client.ts";
import { acceptWebSockets } from "../../runtime/node/websocket-server.ts";
import type { PartyId } from "../../runtime/party.ts";
import { createIdentity } from "../../runtime/session/identity.ts";
import type { Reception } from "../../runtime/session/reception.ts";
import { simulateFederation } from "../federation.ts";
import type { PreparedRun } from "../prepare.ts";
import { dealer } from "../serve.ts";
import { Service } from "../service.ts";
import { addSideShards } from "../side-shards.ts";
import { QuietClock } from "./quiet-clock.ts";

export interface Course {
  readonly events: readonly PartyEvent[];
  /** Who refused what: codes of the server's and of the clients' side. */
  readonly refused: readonly string[];
  readonly model: Float32Array;
  /** Of clients that have their own; empty under other protocols. */
  readonly ownModels: ReadonlyMap<PartyId, Float32Array>;
  /** Of all rounds together. */
  readonly messages: readonly MessageTally[];
}

/** The run on the simulated fabric. */
export async function simulated(run: PreparedRun): Promise<Course> {
  const side = addSideShards(run);
  await using trainer = createEngineTrainer({ engine: onnxEngine, task: run.task, ...side });
  const { server, simulation, learnt } = simulateFederation(run, side, trainer, 1);
  const events: PartyEvent[] = [];
  for await (const batch of simulation.run()) events.push(...batch.map(({ event }) => event));
  const refused = events.flatMap((event) => (event.kind === "refused" ? `${event.from} ${event.code}` : []));
  const { messages } = simulation.traffic.take();
  const own = learnt();
  return { events, refused, model: server.model, ownModels: own instanceof Map ? own : new Map(), messages };
}

/** The same with real clients over loopback sockets, in time that passes when nothing else is to be done. */
export async function served(run: PreparedRun): Promise<Course> {
  const { task, dataset, shards, spec, recipe, clients } = run;
  const clock = new QuietClock();
  const bundle = createProgramBundle({ task, spec, work: localWorkOf(recipe) });
  await using own = createEngineTrainer({ engine: onnxEngine, task, dataset, shards: [] });
  const deal = dealer(run, shards);
  const refused: string[] = [];
  const service = new Service({
    ...{
      prepared: run,
      run: "test",
      data: dataPlanOf(dataset, isEmbeddings(recipe.protocol)),
      bundle,
      clock,
      state: undefined,
      at: 0,
    },
    trainer: new WatchedTrainer(own, clock),
    identity: clock.signing(await createIdentity()),
    admit: async ({ name }) => name!,
    deal: (client) => deal(clients.indexOf(client)),
    known: [],
    limits: { heartbeat: 3600 },
    refused: (from, code) => refused.push(`${from} ${code}`),
  });
  const http = createServer();
  // Both ends are watched: what is on its way may not have been read on a busy machine.
  const reception: Pick<Reception, "accept"> = {
    accept: (connection) => service.reception.accept(clock.watching(connection)),
  };
  const endWebSockets = acceptWebSockets(http, reception, { allows: () => false });
  await once(http.listen(0, "127.0.0.1"), "listening");
  const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/session`;

  const ownModels = new Map<PartyId, Float32Array>();
  const leaving = new AbortController();
  const join = async (name: PartyId) => {
    let connected = () => {};
    return joinRun({
      ...{ clock, name, expect: async () => {}, random: () => 0.5, signal: leaving.signal },
      identity: clock.signing(await createIdentity()),
      connect: async () => clock.watching(await connectWebSocket(url)),
      observe: (event) => {
        if (event.kind === "connecting") connected = clock.stop();
        if (event.kind === "connected" || event.kind === "waiting") connected();
        if (event.kind === "refused") refused.push(`server ${event.code}`);
        if (event.kind === "model") ownModels.set(name, event.model);
      },
      recall: async () => undefined,
      prepare: async ({ bundle, trial }) => {
        const data = trial!;
        const trainer = createBundleTrainer({ bundle, data, engine: onnxLoweredEngine });
        return { trainer: new WatchedTrainer(trainer, clock), data };
      },
    });
  };
  const ends = clients.map(join);
  await expect.poll(() => service.clients, { timeout: 20_000 }).toBe(clients.length);

  const over = new AbortController();
  const ticking = clock.run(over.signal);
  const events: PartyEvent[] = [];
  try {
    for await (const batch of service.run()) events.push(...batch.map(({ event }) => event));
    await service.close("finished");
    // Whoever is absent at the end would look for the server for ever.
    leaving.abort();
    for (const end of await Promise.all(ends)) expect(["finished", "left"]).toContain(end);
  } finally {
    over.abort();
    await ticking;
    endWebSockets();
    http.close();
  }
  const { messages } = service.traffic.take();
  return { events, refused, model: service.server.model, ownModels, messages };
}

/** A trainer whose work the clock waits for. */
class WatchedTrainer implements Trainer {
  readonly #trainer: Trainer;
  readonly #clock: QuietClock;

  constructor(trainer: Trainer, clock: QuietClock) {
    this.#trainer = trainer;
    this.#clock = clock;
  }

  run(job: TrainJob, signal?: AbortSignal): Promise<TrainResult>;
  run(job: EvaluateJob, signal?: AbortSignal): Promise<EvaluateResult>;
  run(job: TrainJob | EvaluateJob, signal?: AbortSignal): Promise<TrainResult | EvaluateResult> {
    const run: () => Promise<TrainResult | EvaluateResult> =
      job.kind === "train" ? () => this.#trainer.run(job, signal) : () => this.#trainer.run(job, signal);
    return this.#clock.during(run());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#trainer[Symbol.asyncDispose]();
  }
}
