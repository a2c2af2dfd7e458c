import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { P31 } from "../../numeric/field31.ts";
import { SimulationRandom } from "../../numeric/random.ts";
import type { Tensor } from "../../runtime/message.ts";
import { contributionsOf, expectExact, namesOf, SUM } from "../testing/contributions.ts";
import { type Driven, drive, type Envelope, type Fate } from "../testing/drive.ts";
import { altered, sentBy, striking, withTensors } from "../testing/tampering.ts";
import { placesIn } from "./testing/expected-outcome.ts";
import { DIMENSION, halvesFor } from "./testing/round.ts";

const OPTIONS = { graph: "full", threshold: 3, sum: SUM } as const;
const CLIENTS = namesOf(5);
const COHORT = contributionsOf(CLIENTS, DIMENSION);
const NEIGHBOURS = CLIENTS.length - 1;

function driveWith(fate: (envelope: Envelope) => Fate, reload = false): Driven {
  return drive({ halves: halvesFor(OPTIONS, CLIENTS), cohort: COHORT, dimension: DIMENSION, fate, reload });
}

describe("a server that asks for both secrets of a client", () => {
  const flipped = (envelope: Envelope) => {
    const uploaded = (envelope.message.tensors!.uploaded as Uint8Array).slice();
    uploaded[0] = 1 - uploaded[0];
    return withTensors(envelope, { uploaded });
  };

  test.each([false, true])("gets one, whichever it asks for first; across snapshots: %s", (reload) => {
    const driven = driveWith(
      striking("unmask", "client-1", (e) => [e, flipped(e), e]),
      reload,
    );
    expect(sentBy("client-1", "reveal", driven)).toHaveLength(1);
    expectExact(driven, COHORT, OPTIONS);
    const deceived = driveWith(
      striking("unmask", "client-1", (e) => [flipped(e), e]),
      reload,
    );
    expect(sentBy("client-1", "reveal", deceived)).toHaveLength(1);
    const shares = [driven, deceived].map((d) => sentBy("client-1", "reveal", d)[0].message.tensors!.shares);
    expect(shares[0].subarray(0, 11)).not.toEqual(shares[1].subarray(0, 11));
  });

  test("has no way to say that a client has and has not uploaded", () => {
    const uploaded = new Uint8Array(NEIGHBOURS).fill(1).fill(2, 0, 1);
    const driven = driveWith(striking("unmask", "client-1", (e) => [withTensors(e, { uploaded })]));
    expect(sentBy("client-1", "reveal", driven)).toHaveLength(0);
  });
});

test.each<{ name: string; tensors: Record<string, Tensor> }>([
  { name: "that leaves fewer than t", tensors: { uploaded: Uint8Array.of(1, 1, 0, 0) } },
  { name: "that is too long", tensors: { uploaded: new Uint8Array(NEIGHBOURS + 1).fill(1) } },
  { name: "of a wrong type", tensors: { uploaded: new Uint32Array(NEIGHBOURS).fill(1) } },
])("a client does not answer a list of uploads $name", ({ tensors }) => {
  const alone = driveWith(striking("unmask", "client-1", (e) => [withTensors(e, tensors)]));
  expect(sentBy("client-1", "reveal", alone)).toHaveLength(0);
  expectExact(alone, COHORT, OPTIONS);
});

test("a client does not reveal secrets of one who has not shared, nor before all have", () => {
  const gone = "client-4";
  const driven = driveWith((envelope) => {
    const { from, to, message } = envelope;
    if (from === gone && message.kind === "shares") return "leave";
    if (to !== "client-1") return "deliver";
    if (message.kind === "plan") {
      const early = { kind: "unmask", tensors: { uploaded: new Uint8Array(NEIGHBOURS).fill(1) } };
      return [envelope, altered(envelope, early)];
    }
    if (message.kind !== "unmask") return "deliver";
    return [withTensors(envelope, { uploaded: new Uint8Array(NEIGHBOURS).fill(1) })];
  });
  expect(sentBy("client-1", "reveal", driven)).toHaveLength(0);
});

describe("plans", () => {
  const lowOrder = (e: Envelope, at: number) => {
    const keys = (e.message.tensors!.keys as Uint8Array).slice();
    keys.fill(0, at, at + 32);
    return withTensors(e, { keys });
  };
  const bodied = (e: Envelope, body: Record<string, number | string>) =>
    altered(e, { body: { ...e.message.body, ...body } });

  test.each<{ name: string; spoil: (e: Envelope) => Envelope }>([
    { name: "for fewer clients", spoil: (e) => bodied(e, { clients: 4 }) },
    { name: "for more clients", spoil: (e) => bodied(e, { clients: 6 }) },
    { name: "for more clients than there can be", spoil: (e) => bodied(e, { clients: 1e9 }) },
    { name: "without a number", spoil: (e) => bodied(e, { clients: "5" }) },
    { name: "with a place that is none", spoil: (e) => bodied(e, { place: 5 }) },
    { name: "with too few keys", spoil: (e) => withTensors(e, { keys: new Uint8Array(64 * 3) }) },
    { name: "without keys", spoil: (e) => altered(e, { tensors: {} }) },
    { name: "with a channel key that is none", spoil: (e) => lowOrder(e, 64) },
    { name: "with a mask key that is none", spoil: (e) => lowOrder(e, 96) },
  ])("a client takes no part in one $name", ({ spoil }) => {
    const alone = driveWith(striking("plan", "client-0", (e) => [spoil(e)]));
    expect(alone.sent.filter(({ from }) => from === "client-0").map(({ message }) => message.kind)).toEqual([
      "key",
    ]);
    expect(expectExact(alone, COHORT, OPTIONS)).toEqual(CLIENTS.slice(1));
    const before = driveWith(striking("plan", "client-0", (e) => [spoil(e), e]));
    expect(expectExact(before, COHORT, OPTIONS)).toEqual(CLIENTS);
  });

  test("a second one changes nothing, nor does a second list of those who have shared", () => {
    const driven = driveWith((e) => (["plan", "held"].includes(e.message.kind) ? [e, e] : "deliver"));
    expect(sentBy("client-2", "shares", driven)).toHaveLength(1);
    expect(sentBy("client-2", "upload", driven)).toHaveLength(1);
    const fewer = driveWith(
      striking("held", "client-1", (e) => [e, withTensors(e, { present: Uint8Array.of(1, 1, 1, 0) })]),
    );
    expect(sentBy("client-1", "reveal", fewer)).toHaveLength(1);
    expect(expectExact(fewer, COHORT, OPTIONS)).toEqual(CLIENTS);
  });
});

describe("shares that the server passes on", () => {
  const SEALED = 116;

  test.each<{ name: string; tamper: (sealed: Uint8Array) => void }>([
    { name: "changed", tamper: (sealed) => sealed.fill(0, 20, 21) },
    { name: "exchanged", tamper: (sealed) => sealed.copyWithin(0, SEALED, 2 * SEALED) },
  ])("$name: their receiver has none to reveal, and the others are enough", ({ tamper }) => {
    const driven = driveWith(
      striking("held", "client-1", (e) => {
        const sealed = (e.message.tensors!.sealed as Uint8Array).slice();
        tamper(sealed);
        return [withTensors(e, { sealed })];
      }),
    );
    const { opened, shares } = sentBy("client-1", "reveal", driven)[0].message.tensors!;
    expect([...opened]).toEqual([0, 1, 1, 1]);
    expect([...shares.subarray(0, 11)]).toEqual(Array(11).fill(0));
    expect(expectExact(driven, COHORT, OPTIONS)).toEqual(CLIENTS);
  });

  test("of another attempt do not open, though every client has the same place in it", () => {
    const clients = namesOf(3);
    const options = { graph: "full", threshold: 2, sum: SUM } as const;
    const setting = {
      halves: halvesFor(options, clients),
      cohort: contributionsOf(clients, DIMENSION),
      dimension: DIMENSION,
    };
    const first = drive({ ...setting, attempt: 1 });
    const replayed = first.sent.find(({ to, message }) => to === "client-1" && message.kind === "held")!;
    const { sealed } = replayed.message.tensors!;
    const fate = striking("held", "client-1", (e) => [withTensors(e, { sealed })]);
    const attempts = Array.from({ length: 40 }, (_, i) => drive({ ...setting, attempt: i + 2, fate }));
    const alike = attempts.filter((driven) => isDeepStrictEqual(placesIn(driven), placesIn(first)));
    expect(alike.length).toBeGreaterThan(0);
    for (const driven of alike) {
      expect([...sentBy("client-1", "reveal", driven)[0].message.tensors!.opened]).toEqual([0, 0]);
    }
  });

  test("too few are no reason to upload", () => {
    const present = Uint8Array.of(1, 1, 0, 0);
    const driven = driveWith(striking("held", "client-1", (e) => [withTensors(e, { present })]));
    expect(sentBy("client-1", "upload", driven)).toHaveLength(0);
    expect(expectExact(driven, COHORT, OPTIONS)).toEqual(CLIENTS.filter((c) => c !== "client-1"));
  });
});

/** Of whom the server hears first in each phase; by the time of the last it may know enough. */
const PLACES = placesIn(driveWith(() => "deliver"));
const FIRST = CLIENTS.find((client) => PLACES.get(client) === 0)!;

const LAST = CLIENTS.findLast((client) => client !== FIRST)!;

const tooLarge = new Uint32Array(NEIGHBOURS * 11).fill(P31);

test.each<{ kind: string; name: string; tensors: Record<string, Tensor> }>([
  { kind: "key", name: "no keys", tensors: { keys: new Uint8Array(64) } },
  { kind: "key", name: "half of them", tensors: { keys: new Uint8Array(32).fill(9) } },
  { kind: "shares", name: "too few shares", tensors: { sealed: new Uint8Array(116) } },
  { kind: "shares", name: "floats", tensors: { sealed: new Float32Array(NEIGHBOURS * 29) } },
  { kind: "upload", name: "too short an upload", tensors: { masked: new Uint32Array(DIMENSION) } },
  { kind: "upload", name: "what is not in the field", tensors: { masked: tooLarge.slice(0, DIMENSION + 1) } },
  { kind: "reveal", name: "shares out of the field", tensors: { shares: tooLarge } },
  { kind: "reveal", name: "flags that are none", tensors: { opened: new Uint8Array(NEIGHBOURS).fill(2) } },
])("a client that sends $name for its $kind is refused, once, and counts as gone", ({ kind, tensors }) => {
  const strike = (e: Envelope) => [withTensors(e, tensors), withTensors(e, tensors), e];
  const driven = driveWith(striking(kind, FIRST, strike));
  expect(driven.rejected).toEqual([
    {
      ...{ client: FIRST, code: "secure.invalid" },
      reason: `The message "${kind}" was refused: it does not carry what it should.`,
    },
  ]);
  expect(expectExact(driven, COHORT, OPTIONS)).toEqual(
    kind === "reveal" ? CLIENTS : CLIENTS.filter((c) => c !== FIRST),
  );
});

test.each<{ of: "seed" | "key"; change: (element: number) => number }>([
  { of: "seed", change: (element) => P31 - 1 - element },
  { of: "key", change: (element) => P31 - 1 - element },
  // So near the truth that bytes come of it.
  { of: "key", change: (element) => (element + 1) % P31 },
])("a wrong share of a $of makes no wrong sum: $change", ({ of, change }) => {
  const cohort = of === "key" ? new Map([...COHORT, [LAST, null] as const]) : COHORT;
  // The first one's neighbours are all others, in the order of their places.
  const changed = 11 * (PLACES.get(LAST)! - 1) + 5;
  const fate = striking("reveal", FIRST, (e) => {
    const shares = (e.message.tensors!.shares as Uint32Array).slice();
    shares[changed] = change(shares[changed]);
    return [withTensors(e, { shares })];
  });
  const halves = halvesFor(OPTIONS, CLIENTS);
  expect(drive({ halves, cohort, dimension: DIMENSION, fate }).abort?.code).toBe("secure.shares");
});

test("clients do not listen to each other, nor the server to what is out of turn", () => {
  const driven = driveWith((envelope) => {
    const { from, to, message } = envelope;
    const { tensors = {} } = message;
    if (from === "server") {
      // The same from another client first, with nothing in it.
      const empty = tensors.sealed ? { sealed: new Uint8Array(tensors.sealed.length) } : {};
      return [
        { ...withTensors(envelope, empty), from: to === "client-1" ? "client-2" : "client-1" },
        envelope,
      ];
    }
    return message.kind === "upload" ? [envelope, altered(envelope, { kind: "key" }), envelope] : "deliver";
  });
  expect(driven.rejected).toEqual([]);
  expect(expectExact(driven, COHORT, OPTIONS)).toEqual(CLIENTS);
  for (const client of CLIENTS) {
    const [reveal] = sentBy(client, "reveal", driven);
    expect([...reveal.message.tensors!.opened]).toEqual([1, 1, 1, 1]);
  }
});

test("whatever arrives, there is an exact sum, or none, and nothing is thrown", () => {
  const seen = { result: 0, abort: 0 };
  for (let seed = 1; seed <= 30; seed++) {
    const random = SimulationRandom.fromSeed(seed);
    const harm = 0.05 * random.uniform();
    const garbage = (tensor: Tensor): Tensor => {
      const length = random.integer(3) === 0 ? random.integer(200) : tensor.length;
      const bytes = Uint8Array.from({ length }, () => random.integer(256));
      return [bytes, Uint32Array.from(bytes), Float32Array.from(bytes)][random.integer(3)];
    };
    const fate = (envelope: Envelope): Fate => {
      if (random.uniform() > harm) return random.uniform() < 0.2 ? [envelope, envelope] : "deliver";
      const { tensors = {}, body } = envelope.message;
      const spoilt = Object.entries(tensors).map(([name, tensor]) => [name, garbage(tensor)]);
      const numbers = body && { ...body, clients: random.integer(10), place: random.integer(10) - 1 };
      return [altered(envelope, { tensors: Object.fromEntries(spoilt), ...(numbers && { body: numbers }) })];
    };
    // A garbled upload can still be a vector of the field: then the sum is what it is, as in the clear.
    const isUpload = (e: Envelope) => e.message.kind === "upload" || e.message.kind === "held";
    const halves = halvesFor(OPTIONS, CLIENTS);
    const driven = drive({
      ...{ halves, cohort: COHORT, dimension: DIMENSION, seed },
      fate: (e) => (isUpload(e) ? "deliver" : fate(e)),
    });
    seen[driven.result ? "result" : "abort"]++;
    if (driven.result) expectExact(driven, COHORT, OPTIONS);
  }
  expect(seen.result).toBeGreaterThan(10);
  expect(seen.abort).toBeGreaterThan(0);
});
