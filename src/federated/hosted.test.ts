/** The same machines on hosts in real time, with a clock turned by hand, as in the simulation. */
import { expect, test } from "vitest";
import { meanAggregator } from "../aggregation/mean.ts";
import { SimulationRandom } from "../numeric/random.ts";
import type { PartyEvent } from "../records/events.ts";
import { Host } from "../runtime/host/host.ts";
import type { PartyId } from "../runtime/party.ts";
import { HandClock } from "../runtime/session/testing/hand-clock.ts";
import { FederatedClient } from "./client.ts";
import type { Job, JobResult } from "./jobs.ts";
import type { Protocol } from "./protocol.ts";
import { plain } from "./protocols/plain.ts";
import { FederatedServer, type ServerPlan } from "./server.ts";
import { serverMomentum } from "./server-optimizers/momentum.ts";
import { maskedSum } from "./testing/masked-sum.ts";
import { complete, DIMENSION, execute, federation } from "./testing/quadratic.ts";

/** One host per party, frames handed over in order; `silent` clients train for ever. */
function hosted(plan: ServerPlan, protocol: Protocol, silent: readonly PartyId[] = []) {
  const clock = new HandClock();
  const random = SimulationRandom.fromSeed(1);
  const events: PartyEvent[] = [];
  const hosts = new Map<PartyId, Host<Job, JobResult, PartyEvent>>();
  const aborted: PartyId[] = [];
  const refused: string[] = [];
  let end: { error?: { message: string } } | undefined;
  const server = new FederatedServer(plan, protocol, serverMomentum({ rate: 1, momentum: 0 }), random);
  for (const [shard, id] of ["server", ...plan.clients].map((id, i) => [i - 1, id] as const)) {
    const isServer = id === "server";
    const client = () =>
      new FederatedClient({ id, shard, dimension: DIMENSION }, protocol, random.stream("client", id));
    const host = new Host<Job, JobResult, PartyEvent>({
      party: isServer ? server : client(),
      clock,
      send: (to, frame) => {
        for (const other of to) queueMicrotask(() => hosts.get(other)?.receive(id, frame));
      },
      execute: (job, signal) => {
        signal.addEventListener("abort", () => aborted.push(id));
        return silent.includes(id) ? new Promise(() => {}) : execute(job);
      },
      record: (event) => events.push(event),
      refuse: (from, error) => refused.push(`${from} ${error.code}`),
      finish: (error) => {
        if (isServer) end = error === undefined ? {} : { error };
      },
    });
    hosts.set(id, host);
  }
  hosts.get("server")!.start();
  /** Lets everything happen that needs no time; then the clock goes on. */
  const settle = async () => {
    for (let i = 0; i < 200; i++) await Promise.resolve();
  };
  const finish = async () => {
    do await settle();
    while (end === undefined && clock.step());
    return end;
  };
  return { server, events, hosts, aborted, refused, clock, settle, finish };
}

function planOf(clients: number, change: Partial<ServerPlan> = {}): ServerPlan {
  return federation({ clients, plan: change }).plan;
}

const inTheClear = () => plain({ aggregator: () => meanAggregator, weights: "examples" });

test("plain rounds on hosts give the simulation's model, bit for bit", async () => {
  const simulated = federation({ clients: 4 });
  await complete(simulated.simulation);
  const { server, finish } = hosted(planOf(4), inTheClear());
  expect(await finish()).toEqual({});
  expect(server.model).toEqual(simulated.server.model);
});

test("a protocol with set-up, two phases and client-to-client messages runs on hosts", async () => {
  const simulated = federation({ clients: 4, protocol: maskedSum() });
  await complete(simulated.simulation);
  const { server, finish } = hosted(planOf(4), maskedSum());
  expect(await finish()).toEqual({});
  // The toy adds float32 masks in the order of arrival.
  for (const [i, x] of server.model.entries()) expect(x).toBeCloseTo(simulated.server.model[i], 5);
});

test("a silent client is late at the deadline, and its job is given up", async () => {
  const { events, aborted, finish, clock } = hosted(planOf(3, { rounds: 1, deadline: 30 }), inTheClear(), [
    "client-1",
  ]);
  expect(await finish()).toEqual({});
  expect(clock.now()).toBe(30);
  expect(events.find(({ kind }) => kind === "round-finished")).toMatchObject({ contributed: 2, late: 1 });
  await Promise.resolve();
  expect(aborted).toEqual(["client-1"]);
});

test("a client that leaves and comes back is asked again", async () => {
  const plan = planOf(2, { rounds: 2 });
  const { events, hosts, settle, finish, clock } = hosted(plan, inTheClear(), ["client-1"]);
  await settle();
  clock.step(0);
  await settle();
  hosts.get("server")!.left("client-1");
  await settle();
  expect(events.find(({ kind }) => kind === "round-finished")).toMatchObject({ contributed: 1, dropped: 1 });
  hosts.get("server")!.joined("client-1");
  clock.step(0);
  await settle();
  const started = events.filter((event) => event.kind === "round-started");
  expect(started.map(({ selected }) => [...selected].sort())).toEqual([plan.clients, plan.clients]);
  hosts.get("server")!.left("client-1");
  expect(await finish()).toEqual({});
});

test("garbage is refused, counted and changes nothing", async () => {
  const { server, hosts, refused, finish } = hosted(planOf(2), inTheClear());
  hosts.get("server")!.receive("client-0", Uint8Array.of(1, 2, 3));
  expect(refused).toEqual(["client-0 frame.truncated"]);
  expect(await finish()).toEqual({});
  const undisturbed = hosted(planOf(2), inTheClear());
  await undisturbed.finish();
  expect(server.model).toEqual(undisturbed.server.model);
});
