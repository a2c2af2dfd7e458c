/**
 * Rounds of a federation that trains nothing, with real clients on loopback sockets: what is left is the cost of the
 * fabric. The server is this process, the clients live in a few others. Runs in a child process of `bench/fabric.ts`.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { meanAggregator } from "../../src/aggregation/mean.ts";
import { FederatedClient } from "../../src/federated/client.ts";
import type { Job, JobResult } from "../../src/federated/jobs.ts";
import { plain } from "../../src/federated/protocols/plain.ts";
import { FederatedServer } from "../../src/federated/server.ts";
import { serverMomentum } from "../../src/federated/server-optimizers/momentum.ts";
import { SimulationRandom } from "../../src/numeric/random.ts";
import type { PartyEvent } from "../../src/records/events.ts";
import { Host } from "../../src/runtime/host/host.ts";
import { nativeIdentity } from "../../src/runtime/node/native-identity.ts";
import { systemClock } from "../../src/runtime/node/system-clock.ts";
import { connectWebSocket } from "../../src/runtime/node/websocket-client.ts";
import { acceptWebSockets } from "../../src/runtime/node/websocket-server.ts";
import { Dial } from "../../src/runtime/session/dial.ts";
import { generateKeyPair } from "../../src/runtime/session/identity.ts";
import { Reception } from "../../src/runtime/session/reception.ts";
import { median } from "../harness.ts";
import { answer } from "./child.ts";

export interface RoundsCase {
  readonly parameters: number;
  readonly clients: number;
  /** Processes that the clients are spread over. */
  readonly processes: number;
  /** No round begins after this many seconds, but at least three are done. */
  readonly seconds: number;
}

export interface RoundsResult {
  /** Seconds until all clients had joined. */
  readonly joinSeconds: number;
  /** Median; the first round is left out. */
  readonly roundSeconds: number;
  /** Seconds from the opening of a round to a client's answer, median over clients and rounds. */
  readonly answerSeconds: number;
  readonly rounds: number;
}

const MIB = 2 ** 20;
const FEWEST_ROUNDS = 4;
const protocol = plain({ aggregator: () => meanAggregator, weights: "examples" });
const random = SimulationRandom.fromSeed(1);

if (process.argv[2] === "clients") await runClients(JSON.parse(process.argv[3]));
else await answer<RoundsCase, RoundsResult>(runServer);

async function runServer({ parameters, clients, processes, seconds }: RoundsCase): Promise<RoundsResult> {
  const server = new FederatedServer(
    {
      rounds: Number.MAX_SAFE_INTEGER,
      select: { fraction: 1, minimum: clients, over: 1 },
      deadline: null,
      retries: 0,
      evaluate: { every: 1, clients: false },
      work: { epochs: 1, batch: 32, optimizer: { kind: "sgd", rate: 0.1 } },
      clients: [],
      initial: new Float32Array(parameters),
    },
    protocol,
    serverMomentum({ rate: 1, momentum: 0 }),
    random,
  );
  const begin = performance.now();
  const elapsed = () => (performance.now() - begin) / 1000;
  const roundSeconds: number[] = [];
  const answerSeconds: number[] = [];
  let joinSeconds = 0;
  let roundBegan = 0;
  const done = Promise.withResolvers<void>();
  const record = (event: PartyEvent): void => {
    if (event.kind === "client-outcome" && event.seconds !== undefined) answerSeconds.push(event.seconds);
    if (event.kind === "round-started") {
      joinSeconds ||= elapsed();
      roundBegan = elapsed();
    }
    if (event.kind !== "round-finished") return;
    roundSeconds.push(elapsed() - roundBegan);
    if (roundSeconds.length >= FEWEST_ROUNDS && elapsed() - joinSeconds > seconds) done.resolve();
  };
  const host = new Host<Job, JobResult, PartyEvent>({
    party: server,
    clock: systemClock,
    send: (to, frame) => {
      for (const client of to) reception.send(client, frame);
    },
    execute: async () => ({ kind: "evaluate", examples: 1, loss: 1, accuracy: 0.5 }),
    record,
    refuse: (_, error) => done.reject(error),
    finish: (error) => done.reject(error),
  });
  const reception = new Reception({
    identity: await nativeIdentity(await generateKeyPair({ extractable: true })),
    clock: systemClock,
    limits: {
      maxMessageBytes: 8 * parameters + MIB,
      heartbeat: 10,
      controlsPerSecond: 1e6,
      grace: 60,
      pending: 1024,
      incomingBytes: 256 * MIB,
    },
    admit: async ({ name }) => name!,
    joined: (client) => host.joined(client),
    left: (client) => host.left(client),
    deliver: (from, frame) => host.receive(from, frame),
    refuse: (_, error) => done.reject(error),
  });
  const http = createServer();
  acceptWebSockets(http, reception, { allows: () => true });
  await once(http.listen(0, "127.0.0.1"), "listening");
  host.start();
  const { port } = http.address() as AddressInfo;
  const children = startClients({ port, parameters, clients, processes });
  try {
    await done.promise;
  } finally {
    for (const child of children) child.kill();
  }
  setImmediate(() => process.exit());
  return {
    joinSeconds,
    roundSeconds: median(roundSeconds.slice(1)),
    answerSeconds: median(answerSeconds.slice(clients)),
    rounds: roundSeconds.length,
  };
}

interface ClientsCase {
  readonly port: number;
  readonly parameters: number;
  readonly from: number;
  readonly to: number;
}

function startClients(options: {
  readonly port: number;
  readonly parameters: number;
  readonly clients: number;
  readonly processes: number;
}): ChildProcess[] {
  const { port, parameters, clients, processes } = options;
  const share = Math.ceil(clients / processes);
  return Array.from({ length: processes }, (_, i) => {
    const part: ClientsCase = { port, parameters, from: i * share, to: Math.min(clients, (i + 1) * share) };
    return fork(new URL(import.meta.url), ["clients", JSON.stringify(part)], {
      execArgv: [],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
  });
}

async function runClients({ port, parameters, from, to }: ClientsCase): Promise<void> {
  // One update serves all: a client's own memory is not what is measured.
  const update = Float32Array.from({ length: parameters }, (_, i) => (i % 1000) / 1e5);
  for (let i = from; i < to; i++) await startClient(`client-${i}`, port, update);
}

async function startClient(id: string, port: number, update: Float32Array): Promise<void> {
  const party = new FederatedClient({ id, shard: 0, dimension: update.length }, protocol, random.stream(id));
  const host = new Host<Job, JobResult, PartyEvent>({
    party,
    clock: systemClock,
    send: (_, frame) => dial.send(frame),
    execute: async () => ({ kind: "train", update, examples: 60, steps: 2, loss: 1 }),
    record: () => {},
    refuse: () => {},
    finish: () => {},
  });
  const dial = new Dial({
    connect: () => connectWebSocket(`ws://127.0.0.1:${port}/session`),
    clock: systemClock,
    identity: await nativeIdentity(await generateKeyPair({ extractable: true })),
    name: id,
    expect: async () => {},
    random: Math.random,
    maxMessageBytes: 4096 * MIB,
    renewed: () => host.joined("server"),
    deliver: (frame) => host.receive("server", frame),
    refuse: () => {},
    status: () => {},
    over: () => {},
  });
  dial.start();
}
