import { expect, test } from "vitest";
import { P31 } from "../../numeric/field31.ts";
import { SimulationRandom } from "../../numeric/random.ts";
import type { Message, Tensor } from "../../runtime/message.ts";
import { nativeCryptography } from "../node/native-cryptography.ts";
import type { Driven, Envelope, Fate } from "../testing/drive.ts";
import { altered } from "../testing/tampering.ts";
import { EXCHANGES } from "./exchanges.ts";
import { driveWorld, expectExact, halvesOf, labelOf, OPTIONS, TABLE, worldOf } from "./testing/round.ts";

const world = worldOf(5, OPTIONS);
const { clients } = world;
/** To whom, or from whom, comes what should not. */
const VICTIM = "client-1";
const OTHERS = clients.filter((client) => client !== VICTIM);

test("sealed messages of another attempt, for another client, or tampered with count for nothing", () => {
  const halves = halvesOf(world, nativeCryptography);
  const first = driveWorld(world, halves);
  const find = (driven: Driven, kind: string, to: string) =>
    driven.sent.find((e) => e.from === "client-0" && e.to === to && e.message.kind === kind)!.message;
  const flipped = (envelope: Envelope) => {
    const sealed = (envelope.message.tensors!.sealed as Uint8Array).slice();
    sealed[20] ^= 1;
    return altered(envelope, { tensors: { sealed } });
  };
  const strikes: ((envelope: Envelope) => Fate)[] = [
    (e) => [{ ...e, message: find(first, e.message.kind, VICTIM) }],
    (e) => [altered(e, { tensors: find(first, e.message.kind, "client-2").tensors! })],
    (e) => [flipped(e)],
    (e) => [{ ...e, from: "client-3" }],
    (e) => [{ ...e, from: "stranger" }],
    (e) => [altered(e, { tensors: { sealed: new Uint8Array(5) } })],
    (e) => [altered(e, { tensors: { sealed: Uint32Array.of(5) } })],
  ];
  let round = 1;
  for (const kind of ["masks", "tables", "answers", "measures"]) {
    for (const [i, strike] of strikes.entries()) {
      round++;
      const driven = driveWorld(world, halves, {
        round,
        fate: (e) =>
          e.from === "client-0" && e.to === VICTIM && e.message.kind === kind ? strike(e) : "deliver",
      });
      const included = expectExact(world, driven, round);
      expect(included, `${kind}, strike ${i}`).toEqual(kind === "tables" ? clients.slice(1) : clients);
      expect(driven.result!.figures).toMatchObject({ measured: kind === "measures" ? 4 : included.length });
    }
  }
});

const MALFORMED: readonly { readonly label: string; readonly change: Partial<Message> }[] = [
  { label: "ready", change: { tensors: { key: new Uint8Array(32) } } },
  { label: "ready", change: { tensors: {} } },
  { label: "shared presence", change: { body: { attempt: 1, exchange: "presence", symbols: -1 } } },
  { label: "shared tables", change: { body: { attempt: 1, exchange: "dreams", symbols: 1 } } },
  { label: "held queries", change: { tensors: { held: Uint8Array.of(255) } } },
  { label: "held masks", change: { tensors: { held: new Uint8Array(2) } } },
  { label: "held tables", change: { tensors: {} } },
  { label: "held measures", change: { body: { attempt: 1 } } },
  { label: "sum presence", change: { tensors: { sum: new Uint32Array(11) } } },
  { label: "sum presence", change: { tensors: { sum: new Uint32Array(12).fill(P31) } } },
  { label: "sum presence", change: { body: { attempt: 1, exchange: "tables" } } },
  { label: "answered", change: { body: { attempt: 1, symbols: "many" } } },
  { label: "retrieved", change: { kind: "refuse", body: { attempt: 1, reason: "boredom" } } },
];

test.each(MALFORMED)(
  "a malformed message $label is refused once, and its sender is gone: $change",
  (struck) => {
    const driven = driveWorld(world, halvesOf(world), {
      fate: (envelope) => {
        if (envelope.from !== VICTIM || labelOf(envelope) !== struck.label) return "deliver";
        const bad = altered(envelope, struck.change);
        return [bad, bad, envelope];
      },
    });
    expect(driven.rejected).toHaveLength(1);
    expect(driven.rejected[0]).toMatchObject({
      client: VICTIM,
      code: expect.stringMatching(/^secure\.(invalid|refused)$/),
    });
    expect(expectExact(world, driven)).toEqual(expect.arrayContaining(OTHERS));
  },
);

test("of two things that a client says of the same the first counts", () => {
  const nothing = { held: new Uint8Array(1) };
  const driven = driveWorld(world, halvesOf(world), {
    fate: (envelope) => {
      const isStruck = envelope.from === VICTIM && envelope.message.kind === "held";
      return isStruck ? [envelope, altered(envelope, { tensors: nothing })] : "deliver";
    },
  });
  expect(expectExact(world, driven)).toEqual(clients);
});

test("when too many must be refused, the attempt is given up, and each is named", () => {
  const bad = ["client-0", VICTIM];
  const driven = driveWorld(world, halvesOf(world), {
    fate: (envelope) =>
      bad.includes(envelope.from) && labelOf(envelope) === "held tables"
        ? [altered(envelope, { tensors: {} })]
        : "deliver",
  });
  expect(driven.abort?.code).toBe("secure.dropouts");
  expect(driven.rejected.map(({ client }) => client)).toEqual(bad);
});

test("no garbage makes a half throw or a mean wrong", () => {
  const kinds = [
    "ready",
    "plan",
    "union",
    "begin",
    "include",
    "report",
    "shared",
    "held",
    "sum",
    "answers",
    "answered",
  ];
  const names = [
    "key",
    "registration",
    "names",
    "keys",
    "sealed",
    "awaited",
    "held",
    "included",
    "sum",
    "union",
    "participants",
  ];
  const values: Tensor[] = [
    new Uint8Array(0),
    new Uint8Array(40).fill(255),
    Uint8Array.of(255),
    new Float32Array(7).fill(Number.NaN),
    new Uint32Array(7).fill(P31),
    Int32Array.of(3, 3),
  ];
  const bodies = [
    {},
    { exchange: "tables" },
    { exchange: "dreams", symbols: 1 },
    { symbols: null },
    { exchange: "sum" },
  ];
  let results = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const random = SimulationRandom.fromSeed(seed);
    const pick = <T>(list: readonly T[]) => list[random.integer(list.length)];
    const garbage = (envelope: Envelope): Envelope => {
      const tensors = Object.fromEntries(names.map((name) => [name, pick(values)]));
      const kind = random.uniform() < 0.7 ? envelope.message.kind : pick([...kinds, ...EXCHANGES]);
      const from = random.uniform() < 0.8 ? envelope.from : pick([...clients, "server", "stranger"]);
      return { ...altered(envelope, { kind, body: { ...pick(bodies), attempt: 1 }, tensors }), from };
    };
    const fate = (envelope: Envelope): Fate => {
      if (random.uniform() > 0.01) return "deliver";
      return random.uniform() < 0.5 ? [garbage(envelope)] : [garbage(envelope), envelope];
    };
    const driven = driveWorld(world, halvesOf(world), { seed, fate });
    if (driven.result) {
      results++;
      expectExact(world, driven);
    } else {
      expect(driven.abort!.code, `seed ${seed}`).toMatch(/^secure\.(dropouts|too-few)$/);
    }
  }
  expect(results).toBeGreaterThan(5);
  expect(results).toBeLessThan(40);
});

test("who finds that nobody is said to own what it owns keeps what it has learnt", () => {
  // With one piece of data, adding the same to the shares of all others adds it to what is shared. What client-0 keeps
  // for itself does not fit then, so that its answers must be lost.
  const owners = (entity: number) =>
    clients.filter((id) => world.settings.holdings(id).entities.includes(entity));
  const entity = Array.from({ length: TABLE.entities }, (_, i) => i).find(
    (one) => owners(one).length === 1 && !owners(one).includes("client-0"),
  )!;
  const [owner] = owners(entity);
  const union = Array.from({ length: TABLE.entities }, (_, i) => i).filter((one) => owners(one).length > 0);
  const count = 12 + 4 * (TABLE.width * union.length + union.indexOf(entity));
  const driven = driveWorld(world, halvesOf(world), {
    fate: (envelope) => {
      const { from, message } = envelope;
      if (from !== "client-0" || (message.kind !== "tables" && message.kind !== "answers")) return "deliver";
      if (message.kind === "answers") return "lose";
      const sealed = (message.tensors!.sealed as Uint8Array).slice();
      const view = new DataView(sealed.buffer);
      view.setUint32(count, (view.getUint32(count, true) + P31 - 1) % P31, true);
      return [altered(envelope, { tensors: { sealed } })];
    },
  });
  const own = world.models.get(owner)!.map((entry, i) => entry + world.contributions.get(owner)!.update[i]);
  const from = TABLE.offset + TABLE.width * entity;
  const row = (model: Float32Array) => [...model.subarray(from, from + TABLE.width)];
  expect(row(driven.models.get(owner)!)).toEqual(row(own));
});
