/** One recipe with faults, in simulation and with real clients over loopback sockets. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { dataPlanOf } from "../data/data-plan.ts";
import { selectRows } from "../data/select.ts";
import { type JoinEvent, joinRun } from "../join/join-run.ts";
import { createBundleTrainer } from "../learn/bundle-trainer.ts";
import { createProgramBundle } from "../learn/create-program-bundle.ts";
import { createEngineTrainer } from "../learn/engine-trainer.ts";
import { onnxEngine, onnxLoweredEngine } from "../learn/node/onnx-engine.ts";
import type { Trainer } from "../learn/training.ts";
import { localWorkOf } from "../recipe/components.ts";
import { completeRecipe, type RecipeInput } from "../recipe/index.ts";
import type { PartyEvent } from "../records/events.ts";
import { connectWebSocket } from "../runtime/node/websocket-client.ts";
import { acceptWebSockets } from "../runtime/node/websocket-server.ts";
import type { PartyId } from "../runtime/party.ts";
import { createIdentity } from "../runtime/session/identity.ts";
import type { Reception } from "../runtime/session/reception.ts";
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
  const { server, simulation } = simulateFederation(run, trainer, 1);
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
    trainer: watched(own, clock),
    identity: await createIdentity(),
    admit: async ({ name }) => name!,
    deal: (client) => selectRows(dataset.train, shards[clients.indexOf(client)]),
    known: [],
    limits: { heartbeat: 1e6 },
    refused: (from, code) => refused.push(`${from} ${code}`),
  });
  const http = createServer();
  const accept: Reception["accept"] = (connection) => service.reception.accept(clock.watch(connection));
  const endWebSockets = acceptWebSockets(http, { accept } as Reception, { allows: () => false });
  await once(http.listen(0, "127.0.0.1"), "listening");
  const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/session`;

  const observe = (event: JoinEvent) => {
    if (event.kind === "refused") refused.push(`server ${event.code}`);
  };
  const join = async (name: PartyId) =>
    joinRun({
      connect: async () => clock.watch(await clock.during(connectWebSocket(url))),
      ...{
        clock,
        name,
        identity: await createIdentity(),
        expect: async () => {},
        random: () => 0.5,
        observe,
      },
      prepare: async ({ bundle, trial }) =>
        watched(createBundleTrainer({ bundle, examples: trial!, engine: onnxLoweredEngine }), clock),
    });
  const ends = clients.map(join);
  await expect.poll(() => service.clients, { timeout: 20_000 }).toBe(clients.length);

  const over = new AbortController();
  const ticking = clock.run(over.signal);
  const events: PartyEvent[] = [];
  try {
    for await (const batch of service.run()) events.push(...batch.map(({ event }) => event));
    await service.close("finished");
    expect(new Set(await Promise.all(ends))).toEqual(new Set(["finished"]));
  } finally {
    over.abort();
    await ticking;
    endWebSockets();
    http.close();
  }
  return { events, refused, model: service.server.model };
}

/** A trainer whose work the clock waits for. */
function watched(trainer: Trainer, clock: QuietClock): Trainer {
  return {
    run: ((job: Parameters<Trainer["run"]>[0], signal?: AbortSignal) =>
      clock.during(trainer.run(job as never, signal))) as Trainer["run"],
    [Symbol.asyncDispose]: () => trainer[Symbol.asyncDispose](),
  };
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

test("the same faults strike the same messages in simulation and over sockets, and the run ends with the same model", async () => {
  const run = await prepared({ network: { faults }, seed: 3 });
  const [simulation, sockets] = [await simulated(run), await served(run)];
  for (const round of roundsOf(sockets)) {
    const { selected, contributed, late, dropped, rejected } = round;
    expect([selected, contributed + late + dropped + rejected]).toEqual([6, 6]);
  }
  expect(roundsOf(sockets)).toHaveLength(6);
  expect(outcomesOf(sockets)).toEqual(outcomesOf(simulation));
  expect([...sockets.refused].sort()).toEqual([...simulation.refused].sort());
  expect(lateOf(sockets)).toEqual(lateOf(simulation));
  expect(sockets.model).toEqual(simulation.model);
  expect(roundsOf(sockets).at(-1)!.accuracy).toBeGreaterThan(0.8);
  // All of it has happened.
  expect(sockets.refused.filter((line) => line.includes("frame.")).length).toBeGreaterThan(2);
  expect(lateOf(sockets).length).toBeGreaterThan(0);
  expect(outcomesOf(sockets).filter(({ outcome }) => outcome === "late").length).toBeGreaterThan(2);
});
