import { expect, test } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import type { Message } from "../message.ts";
import { createNetwork } from "../network/network.ts";
import type { FaultSpec, NetworkSpec } from "../network/spec.ts";
import type { Effect, Input, Party, PartyId } from "../party.ts";
import { frameSize } from "../wire/frame.ts";
import { Simulation } from "./simulation.ts";

test("a job started again under the same id replaces the older one", async () => {
  const results: string[] = [];
  const job = (name: string): Effect<string, string> => ({ kind: "job", id: "work", round: 1, job: name });
  const server: Party<string, string, string> = {
    handle(input: Input<string>): Effect<string, string>[] {
      if (input.kind === "start") {
        return [job("old"), job("new"), { kind: "timer", id: "end", after: 1 }];
      }
      if (input.kind === "done") results.push(input.result);
      return input.kind === "timer" ? [{ kind: "finish" }] : [];
    },
    snapshot: () => null,
    restore: () => {},
  };
  const simulation = new Simulation<string, string, string>({
    network: createNetwork(null, SimulationRandom.fromSeed(1), []),
    party: () => server,
    execute: async (name) => name,
    workload: () => 0,
    roundEnd: () => null,
    lookahead: 1,
  });
  for await (const _ of simulation.run());
  expect(results).toEqual(["new"]);
});

test("what an attempt that failed has moved counts as bytes, and not as messages of the round", async () => {
  const model: Message = { kind: "model", round: 1 };
  const server: Party<string, string, string> = {
    handle(input) {
      if (input.kind !== "start") return [];
      return [
        { kind: "send", to: ["ann", "bob"], message: model },
        { kind: "record", event: "failed" },
        { kind: "send", to: ["ann"], message: model },
        { kind: "finish" },
      ];
    },
    snapshot: () => null,
    restore: () => {},
  };
  const simulation = new Simulation<string, string, string>({
    network: createNetwork(null, SimulationRandom.fromSeed(1), []),
    party: () => server,
    execute: async (name) => name,
    workload: () => 0,
    roundEnd: (event) => (event === "failed" ? "failed" : null),
    lookahead: 1,
  });
  for await (const _ of simulation.run());
  const { messages, downlinkBytes, exchange } = simulation.traffic.take();
  expect(messages).toMatchObject([{ kind: "model", count: 1, bytes: frameSize(model) }]);
  expect(exchange!.parties).toEqual(["server", "ann"]);
  expect(downlinkBytes).toBe(3 * frameSize(model));
});

interface Heard {
  readonly at: number;
  readonly who: PartyId;
  readonly what: string;
}

/** The server says ten numbers, a second apart; the client says "done" after its work of ten seconds. */
function conversation(network: NetworkSpec) {
  const heard: Heard[] = [];
  const hear = (who: PartyId, input: Input<string>, at: number) => {
    if (input.kind === "message")
      heard.push({ at, who, what: `${input.message.kind} ${input.message.round}` });
    if (input.kind === "left" || input.kind === "joined") heard.push({ at, who, what: input.kind });
  };
  const message = (kind: string): Message => ({ kind, round: 5, body: { attempt: 1 } });
  const stateless = { snapshot: () => null, restore: () => {} };
  const server: Party<string, string, string> = {
    handle(input, at) {
      hear("server", input, at);
      if (input.kind === "start") {
        return Array.from({ length: 10 }, (_, i) => ({ kind: "timer", id: `say-${i}`, after: i }) as const);
      }
      if (input.kind !== "timer") return [];
      return [{ kind: "send", to: ["client"], message: message(input.id) }];
    },
    ...stateless,
  };
  const client: Party<string, string, string> = {
    handle(input, at) {
      hear("client", input, at);
      if (input.kind === "done") return [{ kind: "send", to: ["server"], message: message("done") }];
      const begins = input.kind === "message" && input.message.kind === "say-0";
      return begins ? [{ kind: "job", id: "work", round: 5, job: "work" }] : [];
    },
    ...stateless,
  };
  const simulation = new Simulation<string, string, string>({
    network: createNetwork(
      { compute: { kind: "constant", secondsPerExample: 1 }, ...network },
      SimulationRandom.fromSeed(4),
      ["client"],
    ),
    party: (id) => (id === "server" ? server : client),
    execute: async (name) => name,
    workload: () => 10,
    roundEnd: () => null,
    refuse: (from, { code }) => `${from}: ${code}`,
    lookahead: 1,
  });
  const play = async () => {
    const events: string[] = [];
    const run = async () => {
      for await (const batch of simulation.run()) events.push(...batch.map(({ event }) => event));
    };
    await expect(run()).rejects.toThrow("nothing is left to happen");
    return { heard, events };
  };
  return { simulation, play };
}

const troubled = (faults: FaultSpec) => conversation({ faults }).play();

test("garbage reaches the receiver, which refuses it, and the run goes on", async () => {
  const { heard, events } = await troubled({ garbage: 1 });
  // Garbage of wrong types gets through the codec; what it means is the machine's to refuse.
  expect(events.length + heard.length).toBe(10);
  expect(events.length).toBeGreaterThan(4);
  expect(heard.length).toBeGreaterThan(0);
  for (const event of events) expect(event).toMatch(/^server: frame\./);
});

test("a message that lies arrives as one of the round before or after", async () => {
  const { heard, events } = await troubled({ lie: 1 });
  expect(events).toEqual([]);
  const rounds = heard.map(({ what }) => what.split(" ")[1]);
  expect(rounds).toHaveLength(11);
  expect(new Set(rounds)).toEqual(new Set(["4", "6"]));
});

test("a connection that breaks holds messages both ways and loses none, and the work goes on", async () => {
  const { heard } = await troubled({ leave: { probability: 1, seconds: 20 } });
  const [first] = heard;
  expect(first).toEqual({ at: 0, who: "client", what: "say-0 5" });
  const back = heard.at(-1)!.at;
  // It broke at some moment of the ten seconds of work.
  expect(back).toBeGreaterThan(20);
  expect(back).toBeLessThan(30);
  const before = heard.filter(({ at }) => at < back - 20).length;
  expect(heard.map(({ at }) => at)).toEqual([
    ...Array.from({ length: before }, (_, second) => second),
    ...Array.from({ length: 11 - before }, () => back),
  ]);
  expect(heard.map(({ who, what }) => `${who} ${what}`)).toEqual([
    ...Array.from({ length: 10 }, (_, i) => `client say-${i} 5`),
    "server done 5",
  ]);
});
