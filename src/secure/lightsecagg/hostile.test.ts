import { expect, test } from "vitest";
import { P31 } from "../../numeric/field31.ts";
import { SimulationRandom } from "../../numeric/random.ts";
import type { Tensor } from "../../runtime/message.ts";
import type { PartyId } from "../../runtime/party.ts";
import { toBitmap } from "../bitmap.ts";
import { encodeRoster } from "../roster.ts";
import { contributionsOf, expectExact, namesOf, SUM } from "../testing/contributions.ts";
import { type Driven, drive, type Envelope, type Fate } from "../testing/drive.ts";
import { altered, sentBy, striking } from "../testing/tampering.ts";
import { halvesFor } from "./testing/round.ts";

const DIMENSION = 6;
const OPTIONS = { colluders: 1, dropouts: 2, sum: SUM };
const CLIENTS = namesOf(5);
const COHORT = contributionsOf(CLIENTS, DIMENSION);

function driveWith(fate: (envelope: Envelope) => Fate): Driven {
  return drive({ halves: halvesFor(OPTIONS, CLIENTS), cohort: COHORT, dimension: DIMENSION, fate });
}

function including(envelope: Envelope, places: readonly number[]): Envelope {
  return altered(envelope, { tensors: { included: toBitmap(places, CLIENTS.length) } });
}

test("a client answers one set of those included, and no second one", () => {
  const other = [0, 1, 2, 3];
  const driven = driveWith(striking("include", "client-1", (e) => [e, including(e, other), e]));
  expect(sentBy("client-1", "recovery", driven)).toHaveLength(1);
  expectExact(driven, COHORT, OPTIONS);
  // Nor the true one, when it has answered another.
  const deceived = driveWith(striking("include", "client-1", (e) => [including(e, other), e]));
  const honest = sentBy("client-1", "recovery", driven)[0].message.tensors!.sum;
  expect(sentBy("client-1", "recovery", deceived)).toHaveLength(1);
  expect(sentBy("client-1", "recovery", deceived)[0].message.tensors!.sum).not.toEqual(honest);
});

test("a client does not forget across a checkpoint what it has answered", () => {
  const fate = striking("include", "client-1", (e) => [e, including(e, [0, 1, 2, 3])]);
  const setting = { halves: halvesFor(OPTIONS, CLIENTS), cohort: COHORT, dimension: DIMENSION };
  const driven = drive({ ...setting, fate, reload: true });
  expect(sentBy("client-1", "recovery", driven)).toHaveLength(1);
});

test.each([
  { name: "with fewer than T + 2 in it", tensors: { included: toBitmap([1, 2], 5) } },
  { name: "that is empty", tensors: { included: toBitmap([], 5) } },
  { name: "that names nobody's place", tensors: { included: Uint8Array.of(255) } },
  { name: "of a wrong type", tensors: { included: Uint32Array.of(7) } },
  { name: "that is missing", tensors: {} },
])("a client does not answer a set $name", ({ tensors }) => {
  const alone = driveWith(striking("include", "client-1", (e) => [altered(e, { tensors })]));
  expect(sentBy("client-1", "recovery", alone)).toHaveLength(0);
  const before = driveWith(striking("include", "client-1", (e) => [altered(e, { tensors }), e]));
  expect(sentBy("client-1", "recovery", before)).toHaveLength(1);
  expectExact(before, COHORT, OPTIONS);
});

test("a client does not answer a set with someone whose share it does not hold", () => {
  const driven = driveWith((envelope) => {
    const { from, to, message } = envelope;
    if (from === "client-0" && to === "client-1") return "lose";
    return message.kind === "include" && to === "client-1" ? [including(envelope, [0, 1, 2, 3])] : "deliver";
  });
  expect(sentBy("client-1", "recovery", driven)).toHaveLength(0);
  expect(expectExact(driven, COHORT, OPTIONS)).toEqual(CLIENTS.slice(1));
});

test("shares that come after its report gain nobody a second answer", () => {
  const clients = namesOf(7);
  const late = ["client-0", "client-2", "client-3"];
  const held: Envelope[] = [];
  const driven = drive({
    ...{ halves: halvesFor(OPTIONS, clients), cohort: contributionsOf(clients, 3), dimension: 3 },
    fate: (envelope) => {
      const { from, to, message } = envelope;
      if (to !== "client-1") return "deliver";
      if (message.kind === "share" && late.includes(from)) {
        held.push(envelope);
        return "lose";
      }
      const second = altered(envelope, { tensors: { included: toBitmap([0, 2, 3], 7) } });
      return message.kind === "include" ? [envelope, ...held, second] : "deliver";
    },
  });
  expect(driven.result?.contributors).toEqual(["client-1", "client-4", "client-5", "client-6"]);
  expect(sentBy("client-1", "recovery", driven)).toHaveLength(1);
});

test("what overtakes the plan does no harm", () => {
  const driven = driveWith(
    striking("plan", "client-0", (e) => [altered(including(e, [0, 1, 2]), { kind: "include" }), e]),
  );
  expect(expectExact(driven, COHORT, OPTIONS)).toEqual(CLIENTS);
});

const strangeKey = new Uint8Array(32).fill(9);
const noKey = new Uint8Array(32);

type Roster = { names: PartyId[]; keys: Uint8Array[] };

test.each<{ name: string; asked?: unknown; roster?: (r: Roster) => Roster }>([
  { name: "with too few clients asked for its thresholds", asked: 4 },
  { name: "whose survivors could never be enough", asked: 8 },
  { name: "without a number of clients", asked: "5" },
  {
    name: "without this client",
    roster: ({ names, keys }) => ({ names: names.slice(1), keys: keys.slice(1) }),
  },
  {
    name: "with another key for this client",
    roster: (r) => ({ ...r, keys: [strangeKey, ...r.keys.slice(1)] }),
  },
  { name: "with a key that is none", roster: (r) => ({ ...r, keys: [...r.keys.slice(0, 4), noKey] }) },
  { name: "with a client twice", roster: (r) => ({ ...r, names: [...r.names.slice(0, 4), r.names[0]] }) },
  { name: "with fewer keys than clients", roster: (r) => ({ ...r, keys: r.keys.slice(0, 4) }) },
  {
    name: "with hardly anyone",
    roster: ({ names, keys }) => ({ names: names.slice(0, 2), keys: keys.slice(0, 2) }),
  },
])("a client takes no part in a plan $name", ({ asked = 5, roster = (r) => r }) => {
  const spoil = (envelope: Envelope): Envelope => {
    const joined = envelope.message.tensors!.keys as Uint8Array;
    const keys = CLIENTS.map((_, i) => joined.slice(32 * i, 32 * (i + 1)));
    const tensors = encodeRoster(roster({ names: [...CLIENTS], keys }));
    return altered(envelope, { body: { asked: asked as number, attempt: 1 }, tensors });
  };
  const alone = driveWith(striking("plan", "client-0", (e) => [spoil(e)]));
  expect(alone.sent.filter(({ from }) => from === "client-0").map(({ message }) => message.kind)).toEqual([
    "key",
  ]);
  expect(expectExact(alone, COHORT, OPTIONS)).toEqual(CLIENTS.slice(1));
  const before = driveWith(striking("plan", "client-0", (e) => [spoil(e), e]));
  expect(expectExact(before, COHORT, OPTIONS)).toEqual(CLIENTS);
});

test("a second plan changes nothing", () => {
  const driven = driveWith(
    striking("plan", "client-0", (e) => [e, altered(e, { body: { asked: 6, attempt: 1 } })]),
  );
  expect(sentBy("client-0", "share", driven)).toHaveLength(4);
  expect(expectExact(driven, COHORT, OPTIONS)).toEqual(CLIENTS);
});

test("shares of another round, for another client, or tampered with are not held", () => {
  const halves = halvesFor(OPTIONS, CLIENTS);
  const setting = { halves, cohort: COHORT, dimension: DIMENSION };
  const first = drive({ ...setting, round: 1 });
  const shareIn = (driven: Driven, from: PartyId, to: PartyId) =>
    sentBy(from, "share", driven).find((envelope) => envelope.to === to)!;
  const flipped = (envelope: Envelope) => {
    const sealed = (envelope.message.tensors!.sealed as Uint8Array).slice();
    sealed[20] ^= 1;
    return altered(envelope, { tensors: { sealed } });
  };
  const strikes: ((envelope: Envelope) => Fate)[] = [
    () => [shareIn(first, "client-0", "client-1")],
    (e) => [altered(e, { tensors: shareIn(first, "client-0", "client-2").message.tensors! })],
    (e) => [flipped(e)],
    (e) => [{ ...e, from: "client-3" }],
    (e) => [altered(e, { tensors: { sealed: new Uint8Array(5) } })],
    (e) => [altered(e, { tensors: { sealed: Uint32Array.of(5) } })],
  ];
  for (const [i, strike] of strikes.entries()) {
    const fate = (e: Envelope): Fate =>
      e.message.kind === "share" && e.from === "client-0" && e.to === "client-1" ? strike(e) : "deliver";
    const driven = drive({ ...setting, round: i + 2, fate });
    expect(expectExact(driven, COHORT, OPTIONS, { round: i + 2, label: `strike ${i}` })).toEqual(
      CLIENTS.slice(1),
    );
  }
});

const WORD = /^The message was refused: .*\.$/;

test.each<{ kind: string; tensors: Record<string, Tensor> }>([
  { kind: "key", tensors: { key: new Uint8Array(32) } },
  { kind: "key", tensors: { key: new Uint8Array(31).fill(9) } },
  { kind: "key", tensors: {} },
  { kind: "held", tensors: { held: Uint8Array.of(255) } },
  { kind: "held", tensors: { held: new Uint8Array(2) } },
  { kind: "upload", tensors: { masked: new Uint32Array(DIMENSION) } },
  { kind: "upload", tensors: { masked: new Uint32Array(DIMENSION + 1).fill(P31) } },
  { kind: "upload", tensors: { masked: new Float32Array(DIMENSION + 1) } },
  { kind: "recovery", tensors: { sum: new Uint32Array(DIMENSION) } },
  { kind: "recovery", tensors: { sum: new Uint32Array(4).fill(P31) } },
])("a malformed $kind is refused once, and its sender is gone: $tensors", ({ kind, tensors }) => {
  const driven = driveWith((envelope) => {
    const isStruck = envelope.from === "client-0" && envelope.message.kind === kind;
    const bad = altered(envelope, { tensors });
    return isStruck ? [bad, bad, envelope] : "deliver";
  });
  expect(driven.rejected).toEqual([
    { client: "client-0", code: "secure.invalid", reason: expect.stringMatching(WORD) },
  ]);
  const included = expectExact(driven, COHORT, OPTIONS);
  // What it had contributed before it was gone counts.
  expect(included).toEqual(kind === "recovery" || kind === "held" ? CLIENTS : CLIENTS.slice(1));
});

test("no garbage makes a half throw or a sum wrong", () => {
  const kinds = ["key", "plan", "share", "report", "held", "upload", "include", "recovery", "else"];
  const names = ["key", "names", "keys", "sealed", "without", "held", "masked", "included", "sum"];
  // Bitmaps of all ones say nothing that could be meant: they name more than the five clients.
  const values: Tensor[] = [
    new Uint8Array(0),
    new Uint8Array(40).fill(255),
    Uint8Array.of(255),
    new Float32Array(7).fill(Number.NaN),
    new Uint32Array(7).fill(P31),
    new Int32Array(3),
  ];
  const bodies = [{}, { asked: -1 }, { asked: 1e9 }, { asked: "many" }, { asked: null }];
  let results = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const random = SimulationRandom.fromSeed(seed);
    const pick = <T>(list: readonly T[]) => list[random.integer(list.length)];
    const garbage = (envelope: Envelope): Envelope => {
      const tensors = Object.fromEntries(names.map((name) => [name, pick(values)]));
      const kind = random.uniform() < 0.7 ? envelope.message.kind : pick(kinds);
      const from = random.uniform() < 0.8 ? envelope.from : pick([...CLIENTS, "server", "stranger"]);
      return { ...altered(envelope, { kind, body: { ...pick(bodies), attempt: 1 }, tensors }), from };
    };
    const fate = (envelope: Envelope): Fate => {
      if (random.uniform() > 0.1) return "deliver";
      return random.uniform() < 0.5 ? [garbage(envelope)] : [garbage(envelope), envelope];
    };
    const setting = { cohort: COHORT, dimension: DIMENSION, seed, fate };
    const driven = drive({ halves: halvesFor(OPTIONS, CLIENTS), ...setting });
    if (driven.result) {
      results++;
      expectExact(driven, COHORT, OPTIONS);
    } else {
      expect(driven.abort!.code, `seed ${seed}`).toMatch(/^secure\.(dropouts|too-few)$/);
    }
  }
  expect(results).toBeGreaterThan(10);
  expect(results).toBeLessThan(40);
});
