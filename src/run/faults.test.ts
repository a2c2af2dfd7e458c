/** One recipe with faults, in simulation and with real clients over loopback sockets. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { dataPlanOf } from "../data/data-plan.ts";
import { selectRows } from "../data/select.ts";
import { joinRun } from "../join/join-run.ts";
import { createBundleTrainer } from "../learn/bundle-trainer.ts";
import { createProgramBundle } from "../learn/create-program-bundle.ts";
import { createEngineTrainer } from "../learn/engine-trainer.ts";
import { onnxEngine, onnxLoweredEngine } from "../learn/node/onnx-engine.ts";
import type { EvaluateJob, EvaluateResult, Trainer, TrainJob, TrainResult } from "../learn/training.ts";
import { localWorkOf } from "../recipe/components.ts";
import { completeRecipe, type RecipeInput } from "../recipe/index.ts";
import type { PartyEvent } from "../records/events.ts";
import { connectWebSocket } from "../runtime/node/websocket-client.ts";
import { acceptWebSockets } from "../runtime/node/websocket-server.ts";
import type { PartyId } from "../runtime/party.ts";
import { createIdentity } from "../runtime/session/identity.ts";
import { simulateFederation } from "./federation.ts";
import { type PreparedRun, prepare } from "./prepare.ts";
import { Service } from "./service.ts";
import { QuietClock } from "./testing/quiet-clock.ts";

const irises: RecipeInput = {
  name: "faults",
  task: "tabular-logistic",
  data: { csv: "iris.csv", label: "species" },
  clients: 6,
  rounds: 6,
  local: { epochs: 10, batch: 8, optimizer: { kind: "sgd", rate: 0.1 } },
  deadline: 20,
};

/** Of everything something, and all of it small against the deadline. */
const faults: NonNullable<NonNullable<RecipeInput["network"]>["faults"]> = {
  loss: 0.06,
  duplicate: 0.15,
  reorder: { probability: 0.2, seconds: 2 },
  delay: { probability: 0.2, seconds: 2 },
  garbage: 0.08,
  lie: 0.06,
  leave: { probability: 0.15, seconds: 4 },
};

interface Course {
  readonly events: readonly PartyEvent[];
  /** Who refused what: codes of the server's and of the clients' side. */
  readonly refused: readonly string[];
  readonly model: Float32Array;
}

async function prepared(change: Partial<RecipeInput>): Promise<PreparedRun> {
  return prepare(completeRecipe({ ...irises, ...change }), resolve("recipes/data"));
}

async function simulated(run: PreparedRun): Promise<Course> {
  const { task, dataset, shards } = run;
  await using trainer = createEngineTrainer({ engine: onnxEngine, task, dataset, shards });
  const { server, simulation } = simulateFederation(
    run,
    { dataset, shards, poisoned: new Map() },
    trainer,
    1,
  );
  const events: PartyEvent[] = [];
  for await (const batch of simulation.run()) events.push(...batch.map(({ event }) => event));
  const refused = events.flatMap((event) => (event.kind === "refused" ? `${event.from} ${event.code}` : []));
  return { events, refused, model: server.model };
}

async function served(run: PreparedRun): Promise<Course> {
  const { task, dataset, shards, spec, recipe, clients } = run;
  const clock = new QuietClock();
  const bundle = createProgramBundle({ task, spec, work: localWorkOf(recipe) });
  await using own = createEngineTrainer({ engine: onnxEngine, task, dataset, shards: [] });
  const refused: string[] = [];
  const service = new Service({
    ...{ prepared: run, run: "test", data: dataPlanOf(dataset), bundle, clock, state: undefined, at: 0 },
    trainer: new WatchedTrainer(own, clock),
    identity: clock.signing(await createIdentity()),
    admit: async ({ name }) => name!,
    deal: (client) => selectRows(dataset.train, shards[clients.indexOf(client)]),
    known: [],
    limits: { heartbeat: 3600 },
    refused: (from, code) => refused.push(`${from} ${code}`),
  });
  const http = createServer();
  const endWebSockets = acceptWebSockets(http, service.reception, { allows: () => false });
  await once(http.listen(0, "127.0.0.1"), "listening");
  const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/session`;

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
      },
      prepare: async ({ bundle, trial }) =>
        new WatchedTrainer(
          createBundleTrainer({ bundle, examples: trial!, engine: onnxLoweredEngine }),
          clock,
        ),
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
  return { events, refused, model: service.server.model };
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

function outcomesOf({ events }: Course) {
  return events
    .filter((event) => event.kind === "client-outcome")
    .map(({ round, client, outcome, seconds }) => ({ round, client, outcome, seconds: seconds?.toFixed(6) }))
    .sort((a, b) => a.round - b.round || (a.client < b.client ? -1 : 1));
}

function roundsOf({ events }: Course) {
  return events.filter((event) => event.kind === "round-finished");
}

function lateOf({ events }: Course): string[] {
  return events
    .flatMap((event) => (event.kind === "late-answer" ? `${event.round} ${event.client}` : []))
    .sort();
}

/** Every client that was asked has exactly one outcome, in every round of the recipe. */
function expectSound(course: Course, rounds: number) {
  expect(roundsOf(course).map(({ round }) => round)).toEqual(Array.from({ length: rounds }, (_, i) => i + 1));
  for (const { round, selected, contributed, late, dropped, rejected } of roundsOf(course)) {
    expect(contributed + late + dropped + rejected).toBe(selected);
    const asked = outcomesOf(course).filter((outcome) => outcome.round === round);
    expect(new Set(asked.map(({ client }) => client)).size).toBe(selected);
  }
  expect(course.model.every(Number.isFinite)).toBe(true);
}

test("the same faults strike the same messages in simulation and over sockets, with the same model at the end", async () => {
  const run = await prepared({ network: { faults }, seed: 3 });
  const [simulation, sockets] = [await simulated(run), await served(run)];
  expectSound(sockets, 6);
  expect(outcomesOf(sockets)).toEqual(outcomesOf(simulation));
  expect([...sockets.refused].sort()).toEqual([...simulation.refused].sort());
  expect(lateOf(sockets)).toEqual(lateOf(simulation));
  expect(sockets.model).toEqual(simulation.model);
  expect(roundsOf(sockets).at(-1)!.accuracy).toBeGreaterThan(0.7);
  // All of it has happened.
  expect(sockets.refused.filter((line) => line.includes("frame.")).length).toBeGreaterThan(2);
  expect(lateOf(sockets).length).toBeGreaterThan(0);
  expect(outcomesOf(sockets).filter(({ outcome }) => outcome === "late").length).toBeGreaterThan(2);
});

test("clients that drop out or crash leave and come back on both, and work for the later rounds", async () => {
  const network = { dropout: 0.15, crash: { probability: 0.2, downtime: 6 } };
  const run = await prepared({ network, rounds: 4, seed: 2 });
  const [simulation, sockets] = [await simulated(run), await served(run)];
  expectSound(sockets, 4);
  const fates = (course: Course) => outcomesOf(course).map(({ seconds: _, ...outcome }) => outcome);
  expect(fates(sockets)).toEqual(fates(simulation));
  expect(sockets.model).toEqual(simulation.model);
  const dropped = outcomesOf(sockets).filter(({ outcome }) => outcome === "dropped");
  expect(new Set(dropped.map(({ round }) => round)).size).toBeGreaterThan(1);
  const contributed = outcomesOf(sockets).filter(({ outcome }) => outcome === "contributed");
  const again = dropped.filter(({ client, round }) =>
    contributed.some((later) => later.client === client && later.round > round),
  );
  expect(again.length).toBeGreaterThan(0);
});

test("faults of probability 0 change no bit, in simulation and over sockets", async () => {
  const never = { probability: 0, seconds: 3 };
  const none = { reorder: never, delay: never, leave: never };
  const without = await prepared({ rounds: 2 });
  const withThem = await prepared({ rounds: 2, network: { faults: none } });
  const plain = await simulated(without);
  for (const course of [await simulated(withThem), await served(without), await served(withThem)]) {
    expect(course.model).toEqual(plain.model);
    expect(outcomesOf(course)).toEqual(outcomesOf(plain));
    expect(course.refused).toEqual([]);
  }
});
