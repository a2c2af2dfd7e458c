import { expect, test } from "vitest";
import type { Tensor } from "../../runtime/message.ts";
import { toBitmap } from "../bitmap.ts";
import { nativeCryptography } from "../node/native-cryptography.ts";
import { encodeRoster } from "../roster.ts";
import { namesOf } from "../testing/contributions.ts";
import type { Driven, Envelope, Fate } from "../testing/drive.ts";
import { altered, withTensors } from "../testing/tampering.ts";
import { EXCHANGES } from "./exchanges.ts";
import { REFUSALS, type RefusalReason } from "./refusal.ts";
import { driveWorld, expectExact, halvesOf, labelOf, OPTIONS, TABLE, worldOf } from "./testing/round.ts";

const world = worldOf(5, OPTIONS);
const { clients } = world;
/** The one that the server deceives, or that sends what it should not. */
const VICTIM = "client-1";
const OTHERS = clients.filter((client) => client !== VICTIM);

/** Strikes one kind of message of the server to the victim. */
function striking(label: string, strike: (envelope: Envelope) => Fate): (envelope: Envelope) => Fate {
  return (envelope) => (labelOf(envelope) === label && envelope.to === VICTIM ? strike(envelope) : "deliver");
}

function sentByVictim({ sent }: Driven): string[] {
  return sent.filter(({ from }) => from === VICTIM).map(labelOf);
}

function expectRefusal(driven: Driven, reason: RefusalReason): void {
  expect(driven.rejected).toEqual([
    {
      ...{ client: VICTIM, code: "secure.refused" },
      reason: `The client has fallen silent: ${REFUSALS[reason]}.`,
    },
  ]);
  const said = sentByVictim(driven);
  expect(said.indexOf("refuse")).toBe(said.length - 1);
}

const bitmap = (...places: number[]) => toBitmap(places, 5);

const ANNOUNCEMENTS: readonly { readonly label: string; readonly second: Record<string, Tensor> }[] = [
  { label: "plan", second: encodeRoster({ names: ["a"], keys: [new Uint8Array(32).fill(9)] }) },
  { label: "union", second: { union: Int32Array.of(1, 2, 3) } },
  { label: "begin", second: { registration: new Uint8Array(32), participants: bitmap(0, 1, 2, 3) } },
  ...EXCHANGES.map((exchange) => ({
    label: `include ${exchange}`,
    second: { included: bitmap(0, 1, 2, 3) },
  })),
];

test.each(ANNOUNCEMENTS)("of two different words $label the client wants neither", ({ label, second }) => {
  const other = (envelope: Envelope) => altered(envelope, { tensors: second });
  const driven = driveWorld(world, halvesOf(world), { fate: striking(label, (e) => [e, other(e), e]) });
  // The sums of two others are all that the server still waits for.
  if (label === "include measures") expect(driven.rejected).toEqual([]);
  else expectRefusal(driven, "contradiction");
  expect(expectExact(world, driven)).toEqual(expect.arrayContaining(OTHERS));
  // A copy is no contradiction.
  const twice = driveWorld(world, halvesOf(world), { fate: striking(label, (e) => [e, e]) });
  expect(twice.rejected).toEqual([]);
  expect(expectExact(world, twice)).toEqual(clients);
});

test("whatever the server says about who is included, a client sums and answers once", () => {
  const sets = [bitmap(0, 1, 2, 3), bitmap(1, 2, 3, 4), bitmap(0, 1, 2, 3, 4)];
  for (const [exchange, answer] of [
    ["presence", "sum presence"],
    ["tables", "answered"],
    ["measures", "sum measures"],
  ] as const) {
    const strike = (envelope: Envelope): Fate =>
      sets.map((included) => altered(envelope, { tensors: { included } }));
    const driven = driveWorld(world, halvesOf(world), { fate: striking(`include ${exchange}`, strike) });
    expect(sentByVictim(driven).filter((label) => label === answer)).toHaveLength(1);
    // Its answers are to what it was told first: the others, who were told something else, can use nothing of them.
    if (exchange === "tables") expectExact(world, driven);
  }
});

const wrong = (tensors: Record<string, Tensor>, why: string) => ({ tensors, why });

test.each([
  ["presence", bitmap(1, 2, 3)],
  ["queries", bitmap(1, 2, 3)],
  ["masks", bitmap(1)],
  ["tables", bitmap(1, 2, 3)],
  ["measures", bitmap(1, 2)],
] as const)(
  "a client does not go along when in %s fewer are included than hide each other",
  (exchange, included) => {
    const strike = (envelope: Envelope): Fate => [altered(envelope, { tensors: { included } })];
    const driven = driveWorld(world, halvesOf(world), { fate: striking(`include ${exchange}`, strike) });
    expect(sentByVictim(driven).at(-1)).toBe("refuse");
    expectExact(world, driven);
  },
);

test.each([
  wrong({ included: Uint8Array.of(255) }, "that names nobody's place"),
  wrong({ included: Uint32Array.of(31) }, "of a wrong type"),
  wrong({}, "that is missing"),
])("a client does not go along with a set of those included $why", ({ tensors }) => {
  for (const exchange of EXCHANGES) {
    const strike = (envelope: Envelope): Fate => [altered(envelope, { tensors }), envelope];
    const driven = driveWorld(world, halvesOf(world), { fate: striking(`include ${exchange}`, strike) });
    expectRefusal(driven, "inclusion");
    expectExact(world, driven);
  }
});

test("a client does not go along with a set that names someone whose share it does not hold", () => {
  const driven = driveWorld(world, halvesOf(world), {
    fate: (envelope) => {
      if (envelope.to !== VICTIM) return "deliver";
      if (labelOf(envelope) === "tables" && envelope.from === "client-0") return "lose";
      if (labelOf(envelope) !== "include tables") return "deliver";
      return [altered(envelope, { tensors: { included: bitmap(0, 1, 2, 3, 4) } })];
    },
  });
  expectRefusal(driven, "inclusion");
  expect(expectExact(world, driven)).toEqual(clients.slice(1));
});

test.each([
  wrong({ union: Int32Array.of(0) }, "without its entities"),
  wrong({ union: new Int32Array(0) }, "that is empty"),
  wrong(
    { union: Int32Array.from({ length: TABLE.entities + 1 }, (_, entity) => entity) },
    "beyond the dictionary",
  ),
  wrong({ union: Int32Array.from({ length: TABLE.entities }, (_, i) => 11 - i) }, "in disorder"),
  wrong({ union: Uint32Array.from({ length: TABLE.entities }, (_, entity) => entity) }, "of a wrong type"),
  wrong({}, "that is missing"),
])("a client does not ask for anything in a union $why", ({ tensors }) => {
  const fate = striking("union", (envelope) => [altered(envelope, { tensors })]);
  const driven = driveWorld(world, halvesOf(world), { fate });
  expectRefusal(driven, "union");
  expect(sentByVictim(driven)).not.toContain("queries");
  expect(expectExact(world, driven)).toEqual(OTHERS);
});

test("a client that was told another union than the others is of no use to them, nor they to it", () => {
  const union = Int32Array.from({ length: 11 }, (_, entity) => entity);
  const fate = striking("union", (envelope) => [altered(envelope, { tensors: { union } })]);
  const driven = driveWorld(world, halvesOf(world), { fate });
  // It can open none of their queries, and says so.
  expect(driven.abort).toEqual({
    code: "secure.too-few",
    reason: "Only 0 clients have shared their queries with all; at least 4 must.",
  });
});

test.each([
  wrong({ participants: bitmap(0, 1, 2) }, "with too few"),
  wrong({ participants: bitmap(0, 2, 3, 4) }, "without it"),
  wrong({ participants: new Uint8Array(7) }, "of no known size"),
  wrong({}, "with nobody"),
])("a client takes no part in a round $why", ({ tensors }) => {
  const strike = (envelope: Envelope): Fate => {
    const { registration } = envelope.message.tensors!;
    return [altered(envelope, { tensors: { registration, ...tensors } })];
  };
  const driven = driveWorld(world, halvesOf(world), { fate: striking("begin", strike) });
  expectRefusal(driven, "begin");
  expect(sentByVictim(driven)).not.toContain("tables");
  expect(expectExact(world, driven)).toEqual(OTHERS);
});

test("a client takes no part in a round of someone who is not registered", () => {
  const driven = driveWorld(world, halvesOf(world), {
    fate: (envelope) => {
      if (envelope.from === "client-4" && labelOf(envelope) === "queries") return "vanish";
      if (envelope.to !== VICTIM || labelOf(envelope) !== "begin") return "deliver";
      return [withTensors(envelope, { participants: bitmap(0, 1, 2, 3, 4) })];
    },
  });
  expectRefusal(driven, "begin");
  expect(driven.abort?.code).toBe("secure.dropouts");
});

type Roster = { names: string[]; keys: Uint8Array[] };
const replaced = <T>(list: readonly T[], at: number, value: T) =>
  list.map((one, i) => (i === at ? value : one));
const strangeKey = new Uint8Array(32).fill(9);
const noKey = new Uint8Array(32);

test.each<{ name: string; roster: (r: Roster) => Roster }>([
  {
    name: "without it",
    roster: ({ names, keys }) => ({ names: names.filter((_, i) => i !== 1), keys: keys.slice(1) }),
  },
  { name: "with another key for it", roster: (r) => ({ ...r, keys: replaced(r.keys, 1, strangeKey) }) },
  { name: "with a key that is none", roster: (r) => ({ ...r, keys: replaced(r.keys, 4, noKey) }) },
  { name: "with a client twice", roster: (r) => ({ ...r, names: replaced(r.names, 4, "client-0") }) },
  { name: "with fewer keys than clients", roster: (r) => ({ ...r, keys: r.keys.slice(1) }) },
  {
    name: "with too few",
    roster: ({ names, keys }) => ({ names: names.slice(0, 2), keys: keys.slice(0, 2) }),
  },
])("a client takes no part in a registration $name", ({ roster }) => {
  const strike = (envelope: Envelope): Fate => {
    const joined = envelope.message.tensors!.keys as Uint8Array;
    const keys = clients.map((_, i) => joined.slice(32 * i, 32 * (i + 1)));
    return [altered(envelope, { tensors: encodeRoster(roster({ names: [...clients], keys })) })];
  };
  const halves = halvesOf(world, nativeCryptography);
  const driven = driveWorld(world, halves, { fate: striking("plan", strike) });
  expectRefusal(driven, "plan");
  expect(expectExact(world, driven)).toEqual(OTHERS);
});

test("a client takes no part in a registration of more than sums have room for", () => {
  const coarse = worldOf(5, { ...OPTIONS, bound: 1e7 });
  const names = namesOf(200);
  const strike = (envelope: Envelope): Fate => {
    const keys = new Uint8Array(32 * names.length);
    keys.set(envelope.message.tensors!.keys as Uint8Array);
    return [withTensors(envelope, { keys, names: new TextEncoder().encode(JSON.stringify(names)) })];
  };
  expectRefusal(driveWorld(coarse, halvesOf(coarse), { fate: striking("plan", strike) }), "plan");
});

test("embeddings that are not finite are not shared", () => {
  const update = world.contributions
    .get(VICTIM)!
    .update.map((entry, i) => (i === TABLE.offset + 3 ? Number.NaN : entry));
  const cohort = new Map(world.contributions).set(VICTIM, { update, examples: 1, metrics: {} });
  const driven = driveWorld(world, halvesOf(world), { cohort });
  expectRefusal(driven, "embeddings");
  expect(expectExact(world, driven)).toEqual(OTHERS);
});
