import { describe, expect, test } from "vitest";
import { SimulationRandom } from "../numeric/random.ts";
import type { Message, Tensor } from "./message.ts";
import { createNetwork, type Network } from "./network/network.ts";
import type { Effect, Input, Party, PartyId } from "./party.ts";
import type { TrafficCounter } from "./simulation/traffic.ts";
import { encodeMessage, frameSize } from "./wire/frame.ts";

export type ToyParty = Party<string, string, string>;
type ToyEffect = Effect<string, string>;
type ToyInput = Input<string>;

export interface FabricOptions<Job = string, Result = string, Event = string> {
  /** By name, one of them `server`. All are there when the server starts. */
  readonly parties: Readonly<Record<PartyId, Party<Job, Result, Event>>>;
  readonly execute: (job: Job) => Promise<Result>;
  readonly network: Network;
}

/** What carries the messages of a few parties. */
export interface Fabric {
  /** Lets the parties live until the server finishes. Throws an error of the server's code when it gives up. */
  run(): Promise<void>;
  readonly traffic: TrafficCounter;
  /** Frames that were refused: from whom, and the code. */
  readonly refused: readonly string[];
}

const noFaults = createNetwork(null, SimulationRandom.fromSeed(1), []);

/**
 * Registers the promises that every fabric keeps for the parties, simulated or real: these are pure machines, and do
 * not know which it is.
 */
export function fabricContract(
  name: string,
  createFabric: (options: FabricOptions) => Promise<Fabric>,
): void {
  const create = (
    parties: FabricOptions["parties"],
    { execute = async (job: string) => `${job} done`, network = noFaults }: Partial<FabricOptions> = {},
  ) => createFabric({ parties, execute, network });

  describe(`the fabric of ${name}`, () => {
    test("brings messages whole and in order on every link", async () => {
      const clients = ["ann", "bob", "cyd"];
      const count = 150;
      const heard = new Map<PartyId, number[]>([...clients, "server"].map((id) => [id, []]));
      const echoes: string[] = [];
      const bulk = (i: number): Message => ({
        ...{ kind: "number", round: i },
        // One or several pieces of a connection.
        ...(i % 10 === 0 && { tensors: { bulk: new Float32Array(i * 500).fill(i) } }),
      });
      const client = toy((input) => {
        if (input.kind !== "message") return [];
        return [send(["server"], { ...input.message, kind: "echo" })];
      });
      const fabric = await create({
        server: toy((input) => {
          if (input.kind === "start") return range(count).map((i) => send(clients, bulk(i)));
          if (input.kind !== "message") return [];
          const { from, message } = input;
          expect(isSame(message, { ...bulk(message.round), kind: "echo" })).toBe(true);
          heard.get("server")!.push(message.round);
          heard.get(from)!.push(message.round);
          echoes.push(from);
          return echoes.length === count * clients.length ? [{ kind: "finish" }] : [];
        }),
        ...Object.fromEntries(clients.map((id) => [id, client])),
      });
      await fabric.run();
      for (const id of clients) expect(heard.get(id)).toEqual(range(count));
      expect(fabric.refused).toEqual([]);
    });

    test("leaves bodies and tensors as they are", async () => {
      const tensors: Record<string, Tensor> = {
        f32: Float32Array.of(1, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e-45),
        i32: Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1),
        u32: Uint32Array.of(0, 2 ** 32 - 1),
        u8: Uint8Array.of(0, 1, 255),
        none: new Float32Array(0),
        large: Float32Array.from({ length: 300_000 }, (_, i) => i / 7),
      };
      const body = {
        text: "Zoë \u{1F600} \u2028",
        list: [1, [null, true]],
        nested: { a: { b: -1.5e-7 } },
        empty: {},
      };
      const sent: Message = { kind: "all/kinds_of.things-1", round: Number.MAX_SAFE_INTEGER, body, tensors };
      const received: Message[] = [];
      const fabric = await create({
        server: toy((input) => {
          if (input.kind === "start") return [send(["ann"], sent)];
          if (input.kind === "message") received.push(input.message);
          return input.kind === "message" ? [{ kind: "finish" }] : [];
        }),
        ann: toy((input) => {
          if (input.kind !== "message") return [];
          received.push(input.message);
          return [send(["server"], input.message)];
        }),
      });
      await fabric.run();
      expect(received).toHaveLength(2);
      for (const message of received) {
        expect(isSame(message, sent)).toBe(true);
        expect({ ...message, tensors: undefined }).toEqual({ ...sent, tensors: undefined });
      }
    });

    test("wakes timers in time, the latest of an id only, and none that was cancelled", async () => {
      const woken: string[] = [];
      const early: string[] = [];
      let startedAt = 0;
      const due: Record<string, number> = { b: 0.02, a: 0.04, replaced: 0.06, end: 0.1 };
      const fabric = await create({
        server: toy((input, now) => {
          if (input.kind === "start") {
            startedAt = now;
            return [
              timer("replaced", 0.01),
              timer("a", due.a),
              timer("cancelled", 0.03),
              timer("b", due.b),
              timer("replaced", due.replaced),
              { kind: "cancel", id: "cancelled" },
              { kind: "cancel", id: "never set" },
              timer("end", due.end),
            ];
          }
          if (input.kind !== "timer") return [];
          woken.push(input.id);
          // Real timers count in whole milliseconds.
          if (now < startedAt + due[input.id] - 0.002) early.push(input.id);
          return input.id === "end" ? [{ kind: "finish" }] : [];
        }),
      });
      await fabric.run();
      expect([woken, early]).toEqual([["b", "a", "replaced", "end"], []]);
    });

    test("lets a timer be set again by the one who was woken", async () => {
      let ticks = 0;
      const fabric = await create({
        server: toy((input) => {
          if (input.kind === "timer") ticks++;
          return ticks === 5 ? [{ kind: "finish" }] : [timer("tick", 0.001)];
        }),
      });
      await fabric.run();
      expect(ticks).toBe(5);
    });

    test("hands over results of jobs, but not of those that were abandoned or replaced", async () => {
      const results: string[] = [];
      const work = (id: string, job: string): ToyEffect => ({ kind: "job", id, round: 1, job });
      const worker = (who: PartyId, more: (input: ToyInput) => ToyEffect[]) =>
        toy((input) => {
          if (input.kind === "done") results.push(`${who} ${input.id}: ${input.result}`);
          return more(input);
        });
      const fabric = await create({
        server: worker("server", (input) => {
          if (input.kind === "start") {
            return [
              work("x", "old"),
              work("y", "given up"),
              work("x", "new"),
              { kind: "abandon", id: "y" },
              { kind: "abandon", id: "never begun" },
              work("z", "last"),
              send(["ann"], { kind: "go", round: 1 }),
            ];
          }
          return input.kind === "message" ? [{ kind: "finish" }] : [];
        }),
        ann: worker("ann", (input) => {
          if (input.kind === "message")
            return [work("x", "hers"), work("y", "no"), { kind: "abandon", id: "y" }];
          return input.kind === "done" ? [send(["server"], { kind: "ready", round: 1 })] : [];
        }),
      });
      await fabric.run();
      expect(results.sort()).toEqual(["ann x: hers done", "server x: new done", "server z: last done"]);
    });

    test("passes messages on between clients, and says truly whom they are from", async () => {
      const heard: string[] = [];
      const hear = (who: PartyId, input: ToyInput) => {
        if (input.kind === "message") heard.push(`${who} hears ${input.message.kind} from ${input.from}`);
      };
      const fabric = await create({
        server: toy((input) => {
          hear("server", input);
          if (input.kind === "start") return [send(["ann"], { kind: "go", round: 1 })];
          return heard.filter((line) => line.startsWith("server")).length === 3 ? [{ kind: "finish" }] : [];
        }),
        ann: toy((input) => {
          hear("ann", input);
          if (input.kind !== "message") return [];
          if (input.message.kind === "thanks") return [send(["server"], { kind: "end", round: 1 })];
          return [
            send(["bob", "cyd"], { kind: "secret", round: 1, tensors: { x: new Uint8Array(100_000) } }),
            // Nobody hears of those who are not there.
            send(["nobody", "bob"], { kind: "more", round: 1 }),
          ];
        }),
        bob: toy((input) => {
          hear("bob", input);
          return input.kind === "message" && input.message.kind === "more"
            ? [send(["ann", "server"], { kind: "thanks", round: 1 })]
            : [];
        }),
        cyd: toy((input) => {
          hear("cyd", input);
          return input.kind === "message" ? [send(["server"], { kind: "end", round: 1 })] : [];
        }),
      });
      await fabric.run();
      expect(heard.sort()).toEqual([
        "ann hears go from server",
        "ann hears thanks from bob",
        "bob hears more from ann",
        "bob hears secret from ann",
        "cyd hears secret from ann",
        "server hears end from ann",
        "server hears end from cyd",
        "server hears thanks from bob",
      ]);
      expect(fabric.refused).toEqual([]);
    });

    test("reports once who leaves and who comes back, and starts it again", async () => {
      const heard: string[] = [];
      const started: PartyId[] = [];
      const fabric = await create(
        {
          server: toy((input) => {
            if (input.kind === "start") return [send(["ann", "bob"], { kind: "work", round: 1 })];
            if (input.kind === "left" || input.kind === "joined") heard.push(`${input.party} ${input.kind}`);
            if (input.kind === "joined") return [send([input.party], { kind: "again", round: 2 })];
            if (input.kind !== "message") return [];
            heard.push(`${input.from} ${input.message.kind}`);
            return input.message.kind === "here" ? [timer("end", 0.05)] : [];
          }, "end"),
          ann: worker("ann"),
          bob: worker("bob"),
        },
        { network: absent("ann", { kind: "crash", leavesAfter: 0, returnsAfter: 0.05 }) },
      );
      await fabric.run();
      expect(heard.filter((line) => line.startsWith("ann"))).toEqual(["ann left", "ann joined", "ann here"]);
      expect(heard.filter((line) => line.startsWith("bob"))).toEqual(["bob worked"]);
      expect(started).toEqual(["ann"]);

      function worker(who: PartyId): ToyParty {
        return toy((input) => {
          if (input.kind === "start") {
            started.push(who);
            return [{ kind: "abandon", id: "work" }];
          }
          if (input.kind === "done") return [send(["server"], { kind: "worked", round: 1 })];
          if (input.kind !== "message") return [];
          return input.message.kind === "work"
            ? [{ kind: "job", id: "work", round: 1, job: "work" }]
            : [send(["server"], { kind: "here", round: 2 })];
        });
      }
    });

    test("loses nothing and reports nobody when a connection only breaks", async () => {
      const heard: string[] = [];
      const numbers = range(20).map((i) => send(["ann"], { kind: "number", round: 1, body: { i } }));
      const fabric = await create(
        {
          server: toy((input) => {
            if (input.kind === "start") return [send(["ann"], { kind: "work", round: 1 }), ...numbers];
            if (input.kind !== "message") return heard.push(`${input.kind}`) > 0 ? [] : [];
            heard.push(`${input.message.kind} ${input.message.body?.i ?? ""}`.trim());
            return heard.length === 21 ? [{ kind: "finish" }] : [];
          }),
          ann: toy((input) => {
            if (input.kind === "done") return [send(["server"], { kind: "worked", round: 1 })];
            if (input.kind !== "message") return [];
            return input.message.kind === "work"
              ? [{ kind: "job", id: "work", round: 1, job: "work" }]
              : [send(["server"], input.message)];
          }),
        },
        { network: absent("ann", { kind: "leave", leavesAfter: 0, returnsAfter: 0.05 }) },
      );
      await fabric.run();
      expect(heard.filter((line) => line !== "worked")).toEqual(range(20).map((i) => `number ${i}`));
      expect(heard).toContain("worked");
    });

    test("refuses garbage, says whose it was, and goes on as if it had not been there", async () => {
      const heard: string[] = [];
      const three = (to: PartyId) => ["one", "two", "three"].map((kind) => send([to], { kind, round: 1 }));
      const fabric = await create(
        {
          server: toy((input) => {
            if (input.kind === "start") return three("ann");
            if (input.kind === "message") heard.push(`server ${input.message.kind}`);
            return heard.at(-1) === "server three" ? [{ kind: "finish" }] : [];
          }),
          ann: toy((input) => {
            if (input.kind !== "message") return [];
            heard.push(`ann ${input.message.kind}`);
            return input.message.kind === "three" ? three("server") : [];
          }),
        },
        {
          network: {
            ...noFaults,
            // The second message of either side arrives cut, so that the codec cannot read it.
            messageFate: (question) => ({
              ...noFaults.messageFate(question),
              garbage: question.sequence === 1 ? cutting() : undefined,
            }),
          },
        },
      );
      await fabric.run();
      expect(heard).toEqual(["ann one", "ann three", "server one", "server three"]);
      expect(fabric.refused.map((line) => line.replace(/frame\..*/, "frame"))).toEqual([
        "server frame",
        "ann frame",
      ]);
    });

    test("counts the bytes of every frame, by direction and by kind", async () => {
      const small: Message = { kind: "small", round: 1, body: { a: 1 } };
      const large: Message = { kind: "large", round: 1, tensors: { x: new Float32Array(50_000) } };
      let answers = 0;
      const answering = (other: PartyId) =>
        toy((input) =>
          input.kind === "message" && input.from === "server"
            ? [send(["server"], small), send([other], small), send(["server"], large)]
            : [],
        );
      const fabric = await create({
        server: toy((input) => {
          if (input.kind === "start") return [send(["ann", "bob"], large)];
          if (input.kind === "message") answers++;
          return answers === 4 ? [{ kind: "finish" }] : [];
        }),
        ann: answering("bob"),
        bob: answering("ann"),
      });
      await fabric.run();
      const [s, l] = [small, large].map(frameSize);
      const { messages, ...traffic } = fabric.traffic.take();
      expect(traffic).toEqual({
        ...{ downlinkBytes: 2 * l, uplinkBytes: 2 * (s + l), clientToClientBytes: 2 * s },
        busiestClient: { sent: 2 * s + l, received: l + s },
        exchange: { parties: expect.arrayContaining(["server", "ann", "bob"]), bytes: expect.anything() },
      });
      const row = (kind: string, from: string, to: string, bytes: number, more: object) => ({
        ...{ kind, from, to, count: 2, bytes },
        ...more,
      });
      const [first, ...rows] = messages.map(({ first: _, last: __, ...tally }) => tally);
      expect(first).toEqual(row("large", "server", "client", 2 * l, { mostSent: 2 * l, mostReceived: l }));
      // Which client is the first to answer is the fabric's business.
      expect(new Set(rows)).toEqual(
        new Set([
          row("small", "client", "server", 2 * s, { mostSent: s, mostReceived: 2 * s }),
          row("small", "client", "client", 2 * s, { mostSent: s, mostReceived: s }),
          row("large", "client", "server", 2 * l, { mostSent: l, mostReceived: 2 * l }),
        ]),
      );
    });

    test("gives inputs to a party one at a time, and carries its effects out in order", async () => {
      let depth = 0;
      const order: string[] = [];
      const echo = toy((input) => (input.kind === "message" ? [send(["server"], input.message)] : []));
      const fabric = await create({
        server: toy((input) => {
          expect(depth++).toBe(0);
          try {
            if (input.kind === "start") {
              return range(5).flatMap((i) => [
                send(["ann"], { kind: "m", round: i }),
                timer(`${i}`, 0.001 * (i + 1)),
              ]);
            }
            if (input.kind === "message") order.push(`m${input.message.round}`);
            if (input.kind === "timer") order.push(`t${input.id}`);
            return order.length === 10 ? [{ kind: "finish" }] : [];
          } finally {
            depth--;
          }
        }),
        ann: echo,
      });
      await fabric.run();
      for (const letter of ["m", "t"]) {
        expect(order.filter((each) => each.startsWith(letter))).toEqual(range(5).map((i) => `${letter}${i}`));
      }
    });

    test("ends with the server's error when it gives up, and with that of a job that failed", async () => {
      const quits = await create({
        server: toy(() => [{ kind: "finish", error: { code: "toy.quits", message: "Enough." } }]),
      });
      await expect(quits.run()).rejects.toMatchObject({ code: "toy.quits", message: "Enough." });
      const fails = await create(
        {
          server: toy((input) =>
            input.kind === "start" ? [{ kind: "job", id: "x", round: 1, job: "x" }] : [],
          ),
        },
        {
          execute: async () => {
            throw new Error("out of memory");
          },
        },
      );
      await expect(fails.run()).rejects.toThrow("out of memory");
    });
  });
}

/** Bit for bit, whatever numbers the tensors hold. */
function isSame(a: Message, b: Message): boolean {
  return Buffer.compare(encodeMessage(a), encodeMessage(b)) === 0;
}

/** @param end timer at which the party finishes */
function toy(handle: (input: ToyInput, now: number) => ToyEffect[], end?: string): ToyParty {
  return {
    handle: (input, now) =>
      input.kind === "timer" && input.id === end ? [{ kind: "finish" }] : handle(input, now),
    snapshot: () => null,
    restore: () => {},
  };
}

function send(to: readonly PartyId[], message: Message): ToyEffect {
  return { kind: "send", to, message };
}

function timer(id: string, after: number): ToyEffect {
  return { kind: "timer", id, after };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** The client is absent once, from its first job on. */
function absent(client: PartyId, absence: ReturnType<Network["availability"]>): Network {
  let isOver = false;
  return {
    ...noFaults,
    availability(question) {
      if (question.client !== client || isOver) return null;
      isOver = true;
      return absence;
    },
  };
}

/** What makes `garble` cut a frame off. */
function cutting(): SimulationRandom {
  for (let seed = 1; ; seed++) {
    if (SimulationRandom.fromSeed(seed).integer(4) === 1) return SimulationRandom.fromSeed(seed);
  }
}
