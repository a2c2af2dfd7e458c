import { describe, expect, it } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import type { Message } from "../message.ts";
import type { Effect, Party, PartyId } from "../party.ts";
import { HandClock } from "../session/testing/hand-clock.ts";
import { Simulation } from "../simulation/simulation.ts";
import { decodeMessage, encodeMessage } from "../wire/frame.ts";
import { FrameError } from "../wire/frame-error.ts";
import { FaultySender } from "./faulty-sender.ts";
import { createNetwork, type Network } from "./network.ts";
import type { FaultSpec } from "./spec.ts";

const clients = ["ann", "ben", "cleo", "dan"];
const everything: FaultSpec = {
  loss: 0.15,
  duplicate: 0.2,
  reorder: { probability: 0.2, seconds: 3 },
  delay: { probability: 0.2, seconds: 2 },
  garbage: 0.2,
  lie: 0.15,
};

/** What the server sends: in each attempt at each round some messages to all, one second apart. */
const script: readonly Message[] = [1, 2, 3, 4].flatMap((round) =>
  [1, 2].flatMap((attempt) =>
    ["round", "more", "close"].map((kind) => ({
      ...{ kind, round, body: { attempt, accepted: true } },
      tensors: { model: Float32Array.of(round, attempt, 3) },
    })),
  ),
);

interface Arrived {
  readonly to: PartyId;
  readonly at: number;
  /** A code of the codec for what it refused. */
  readonly what: Message | string;
}

/** In an order that does not depend on how ties are broken. */
function sorted(arrived: readonly Arrived[]): Arrived[] {
  const key = ({ at, to, what }: Arrived) => `${at.toFixed(9)} ${to} ${JSON.stringify(what)}`;
  return arrived
    .map((one) => ({ ...one, at: Number(one.at.toFixed(9)) }))
    .sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The script on the simulated fabric. `refuse` is not told to whom, so garbage is found by its time alone. */
async function simulated(network: Network): Promise<{ arrived: Arrived[]; refused: string[] }> {
  const arrived: Arrived[] = [];
  const refused: string[] = [];
  const tick: Effect<never, string> = { kind: "timer", id: "tick", after: 1 };
  let next = 0;
  const server: Party<never, never, string> = {
    handle(input) {
      if (input.kind === "start") return [tick];
      if (input.kind !== "timer") return [];
      const message = script[next++];
      if (message === undefined) return [];
      const effects: Effect<never, string>[] = [{ kind: "send", to: clients, message }];
      if (message.kind !== "close") return [...effects, tick];
      const end = message.body?.attempt === 1 ? "failed" : "finished";
      return [...effects, { kind: "record", event: end }, tick];
    },
    snapshot: () => null,
    restore: () => {},
  };
  const client = (to: PartyId): Party<never, never, string> => ({
    handle(input, at) {
      if (input.kind === "message") arrived.push({ to, at, what: input.message });
      return [];
    },
    snapshot: () => null,
    restore: () => {},
  });
  const simulation = new Simulation<never, never, string>({
    network,
    party: (id) => (id === "server" ? server : client(id)),
    execute: async () => undefined as never,
    workload: () => 0,
    roundEnd: (event) => (event === "failed" || event === "finished" ? event : null),
    refuse: (from, { code }) => `${from} ${code}`,
    lookahead: 1,
  });
  const run = async () => {
    for await (const batch of simulation.run()) {
      for (const { at, event } of batch) {
        if (event.startsWith("server ")) refused.push(`${at.toFixed(9)} ${event.slice(7)}`);
      }
    }
  };
  await expect(run()).rejects.toThrow("nothing is left to happen");
  return { arrived, refused };
}

/** The same through a sender, on a clock turned by hand. */
function sent(network: Network): Arrived[] {
  const clock = new HandClock();
  const arrived: Arrived[] = [];
  const sender = new FaultySender({
    ...{ from: "server", network, clock },
    send: (to, frame) => {
      for (const party of to) arrived.push({ to: party, at: clock.now(), what: read(frame) });
    },
  });
  for (const message of script) {
    clock.pass(1);
    sender.send(clients, encodeMessage(message));
  }
  clock.pass(100);
  expect(clock.waiting).toBe(0);
  return arrived;
}

function read(frame: Uint8Array): Message | string {
  try {
    return decodeMessage(frame);
  } catch (error) {
    if (error instanceof FrameError) return error.code;
    throw error;
  }
}

describe("FaultySender", () => {
  it("does to every message what the simulation does, with the same seed", async () => {
    for (const seed of [1, 2, 3]) {
      const network = () => createNetwork({ faults: everything }, SimulationRandom.fromSeed(seed), []);
      const { arrived, refused } = await simulated(network());
      const real = sent(network());
      const codes = real.filter(({ what }) => typeof what === "string");
      expect(sorted(real.filter(({ what }) => typeof what !== "string"))).toEqual(sorted(arrived));
      expect(codes.map(({ at, what }) => `${at.toFixed(9)} ${what}`).sort()).toEqual(refused.sort());
      // All of it has happened.
      expect(codes.length).toBeGreaterThan(2);
      const messages = arrived.map(({ what }) => what as Message);
      expect(arrived.length + codes.length).not.toBe(script.length * clients.length);
      const said = new Set(script.map(({ round, kind }) => `${round} ${kind}`));
      expect(messages.some(({ round, kind }) => !said.has(`${round} ${kind}`))).toBe(true);
    }
  });

  it("passes every frame at once, as it is and to all together where there are no faults", () => {
    for (const faults of [
      undefined,
      {},
      { loss: 0, garbage: 0, lie: 0, delay: { probability: 0, seconds: 5 } },
    ]) {
      const network = createNetwork(faults ? { faults } : null, SimulationRandom.fromSeed(1), []);
      const passed: { to: readonly PartyId[]; frame: Uint8Array }[] = [];
      const sender = new FaultySender({
        ...{ from: "server", network, clock: new HandClock() },
        send: (to, frame) => passed.push({ to, frame }),
      });
      for (const message of script) {
        const frame = encodeMessage(message);
        sender.send(clients, frame);
        expect(passed.at(-1)).toEqual({ to: clients, frame });
        expect(passed.at(-1)!.frame).toBe(frame);
      }
      expect(passed).toHaveLength(script.length);
    }
  });

  it("tells what a frame was meant to say, also of one that is garbage", () => {
    const network = createNetwork({ faults: { garbage: 1 } }, SimulationRandom.fromSeed(1), []);
    const meant: Message[] = [];
    const sender = new FaultySender({
      ...{ from: "ann", network, clock: new HandClock() },
      send: (_, frame, message) => {
        expect(frame).not.toEqual(encodeMessage(script[meant.length]));
        meant.push(message);
      },
    });
    for (const message of script) sender.send(["server"], encodeMessage(message));
    expect(meant).toEqual(script);
  });

  it("loses what it still holds back when it is closed", () => {
    const network = createNetwork(
      { faults: { delay: { probability: 1, seconds: 9 } } },
      SimulationRandom.fromSeed(1),
      [],
    );
    const clock = new HandClock();
    let count = 0;
    const sender = new FaultySender({ ...{ from: "ann", network, clock }, send: () => count++ });
    for (const message of script) sender.send(["server"], encodeMessage(message));
    clock.pass(2);
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(script.length);
    const before = count;
    sender.close();
    clock.pass(1000);
    expect(count).toBe(before);
  });
});
