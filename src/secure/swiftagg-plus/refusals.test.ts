import { expect, test } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import type { Message, Tensor } from "../../runtime/message.ts";
import { garble } from "../../runtime/network/garble.ts";
import { decodeMessage, encodeMessage } from "../../runtime/wire/frame.ts";
import { FrameError } from "../../runtime/wire/frame-error.ts";
import { toBitmap } from "../bitmap.ts";
import { decodeRoster, encodeRoster, type Roster } from "../roster.ts";
import { contributionsOf, expectExact, namesOf, SUM } from "../testing/contributions.ts";
import { type Drive, type Driven, drive, type Envelope, type Fate } from "../testing/drive.ts";
import { altered, withTensors } from "../testing/tampering.ts";
import { inclusionHash } from "./inclusion.ts";
import { planLayout, seatOf } from "./layout.ts";
import type { SwiftAggPlusOptions } from "./options.ts";
import { planDigest } from "./plan-digest.ts";
import { halvesFor } from "./testing/round.ts";

const OPTIONS: SwiftAggPlusOptions = { colluders: 1, dropouts: 1, parts: 2, sum: SUM };
const DIMENSION = 6;

function driveWith(fate: Drive["fate"], count = 8, rest: Partial<Drive> = {}): Driven {
  const clients = namesOf(count);
  const halves = halvesFor(OPTIONS, clients);
  const cohort = contributionsOf(clients, DIMENSION);
  return drive({ halves, cohort, dimension: DIMENSION, ...(fate && { fate }), ...rest });
}

/** Who was last in the plan's order, and so on, as the round's messages tell. */
function rosterOf(sent: readonly Envelope[]): Roster {
  return decodeRoster(sent.find(({ message }) => message.kind === "plan")!.message.tensors)!;
}

const sumsOf = ({ sent }: Driven, from: string) =>
  sent.filter((e) => e.from === from && (e.message.kind === "partial" || e.message.kind === "final"));

test("garbage from clients is refused once, and the round goes on without them", () => {
  const garbage: Record<string, (envelope: Envelope) => Fate> = {
    key: (envelope) => [withTensors(envelope, { key: new Uint8Array(32) })],
    shared: (envelope) => [altered(envelope, { body: { symbols: -1 } })],
    received: (envelope) => [withTensors(envelope, { held: new Uint8Array(3) })],
    final: (envelope) => [withTensors(envelope, { sum: new Uint32Array(4).fill(2 ** 31 - 1) })],
  };
  for (const [kind, spoil] of Object.entries(garbage)) {
    let culprit: string | undefined;
    const driven = driveWith((envelope) => {
      if (envelope.message.kind !== kind) return "deliver";
      culprit ??= envelope.from;
      return envelope.from === culprit ? spoil(envelope) : "deliver";
    });
    expect(driven.rejected, kind).toMatchObject([{ client: culprit, code: "secure.invalid" }]);
    expectExact(driven, contributionsOf(namesOf(8), DIMENSION), OPTIONS);
  }
});

test("an update that is not finite is refused, as if its client had dropped out", () => {
  const contributions = contributionsOf(namesOf(4), DIMENSION);
  const forged = { ...contributions.get("client-2")!, update: new Float32Array(DIMENSION).fill(Number.NaN) };
  const cohort = new Map([...contributions, ["client-2", forged] as const]);
  const driven = driveWith(undefined, 4, { cohort });
  expect(driven.rejected).toMatchObject([{ client: "client-2", code: "secure.refused" }]);
  expect(expectExact(driven, contributions, OPTIONS)).toHaveLength(3);
});

test("a share that cannot be opened leaves its sender out at once, without a deadline", () => {
  let struck: Envelope | undefined;
  const driven = driveWith(
    (envelope) => {
      if (envelope.message.kind !== "share" || (struck && struck !== envelope)) return "deliver";
      struck = envelope;
      const sealed = (envelope.message.tensors!.sealed as Uint8Array).slice();
      sealed[20] ^= 1;
      return [withTensors(envelope, { sealed })];
    },
    8,
    { deadline: "never" },
  );
  const included = expectExact(driven, contributionsOf(namesOf(8), DIMENSION), OPTIONS);
  expect(included).toHaveLength(7);
  expect(included).not.toContain(struck!.from);
});

test("messages of another round, sender or purpose do not open", () => {
  const first = driveWith(undefined);
  const replayed = first.sent.filter(({ message }) => message.kind === "share" || message.kind === "partial");
  const clients = namesOf(8);
  const halves = halvesFor(OPTIONS, clients);
  const cohort = contributionsOf(clients, DIMENSION);
  drive({ halves, cohort, dimension: DIMENSION });
  // In the next round everyone hears all of the last round's messages first, as if they were of this one.
  const driven = drive({
    ...{ halves, cohort, dimension: DIMENSION, round: 2 },
    fate: (envelope) =>
      envelope.message.kind === "plan"
        ? [
            ...replayed.filter(({ to }) => to === envelope.to).map((e) => ({ ...e, to: envelope.to })),
            envelope,
          ]
        : "deliver",
  });
  expectExact(driven, cohort, OPTIONS, { round: 2 });
});

/** INCLUDE as the server would send it, but for another set. */
function includeOf(roster: Roster, places: readonly number[]): Readonly<Record<string, Tensor>> {
  const layout = planLayout(roster.names.length, OPTIONS);
  const address = { round: 1, attempt: 1, symbols: DIMENSION + 1 };
  const digest = planDigest(roster, layout, OPTIONS, address);
  return {
    included: toBitmap(places, roster.names.length),
    hash: inclusionHash(digest, places, layout),
  };
}

test("a client sums one set in a round: to a second one it stays silent", () => {
  for (const isSecondFirst of [true, false]) {
    const sent: Envelope[] = [];
    let target: string | undefined;
    const driven = driveWith((envelope) => {
      sent.push(envelope);
      const { kind } = envelope.message;
      if (kind !== "include") return "deliver";
      const roster = rosterOf(sent);
      // A member of the second group, which still waits for its sum from the first.
      const place = roster.names.indexOf(envelope.to);
      if (seatOf(planLayout(8, OPTIONS), place).group === 1) target ??= envelope.to;
      if (envelope.to !== target) return "deliver";
      const other = withTensors(envelope, includeOf(roster, [1, 2, 3, 4, 5, 6, 7]));
      return isSecondFirst ? [other, envelope] : [envelope, other];
    });
    expect(sumsOf(driven, target!)).toHaveLength(0);
    expect(driven.result!.figures).toMatchObject({ brokenSequences: 0, included: 8 });
    expectExact(driven, contributionsOf(namesOf(8), DIMENSION), OPTIONS);
  }
});

test("the same set again changes nothing", () => {
  const driven = driveWith((envelope) =>
    envelope.message.kind === "include" ? [envelope, envelope] : "deliver",
  );
  for (const client of namesOf(8)) expect(sumsOf(driven, client).length).toBeLessThanOrEqual(1);
  expect(driven.rejected).toEqual([]);
  expectExact(driven, contributionsOf(namesOf(8), DIMENSION), OPTIONS);
});

test.each([
  ["too few", (roster: Roster) => includeOf(roster, [0, 1, 2, 3, 4, 5])],
  [
    "another hash",
    (roster: Roster) => ({ ...includeOf(roster, [0, 1]), included: toBitmap([0, 1, 2, 3, 4, 5, 6, 7], 8) }),
  ],
  ["no set", () => ({ included: new Uint8Array(9) })],
])("a set that must not be summed is refused: %s", (_, tensors) => {
  const sent: Envelope[] = [];
  const driven = driveWith((envelope) => {
    sent.push(envelope);
    return envelope.message.kind === "include" ? [withTensors(envelope, tensors(rosterOf(sent)))] : "deliver";
  });
  expect(driven.abort?.code).toBe("secure.dropouts");
  expect(driven.rejected[0]).toMatchObject({ code: "secure.refused" });
  expect(sent.filter(({ message }) => message.kind === "final" || message.kind === "partial")).toEqual([]);
});

test("sums of different sets are not added: groups that were told different ones find out", () => {
  const sent: Envelope[] = [];
  const driven = driveWith((envelope) => {
    sent.push(envelope);
    if (envelope.message.kind !== "include") return "deliver";
    const roster = rosterOf(sent);
    const isFirst = roster.names.indexOf(envelope.to) < 4;
    return isFirst ? [withTensors(envelope, includeOf(roster, [1, 2, 3, 4, 5, 6, 7]))] : "deliver";
  });
  expect(driven.abort?.code).toBe("secure.dropouts");
  expect(driven.rejected[0]).toMatchObject({
    code: "secure.refused",
    reason:
      "The client has fallen silent: the sum that it was to add to its own is malformed, or of another set.",
  });
  expect(sent.filter(({ message }) => message.kind === "final")).toEqual([]);
});

test("the server refuses the sum of another set than the one that it asked for", () => {
  const sent: Envelope[] = [];
  let target: string | undefined;
  const driven = driveWith((envelope) => {
    sent.push(envelope);
    if (envelope.message.kind !== "include") return "deliver";
    target ??= envelope.to;
    const roster = rosterOf(sent);
    return envelope.to === target ? [withTensors(envelope, includeOf(roster, [0, 1, 2]))] : "deliver";
  }, 4);
  expect(sumsOf(driven, target!)).toHaveLength(1);
  expect(driven.rejected).toMatchObject([{ client: target, code: "secure.invalid" }]);
  expect(expectExact(driven, contributionsOf(namesOf(4), DIMENSION), OPTIONS)).toHaveLength(4);
});

test.each<[string, (roster: Roster, me: string) => Roster]>([
  [
    "without the client",
    ({ names, keys }, me) => ({ names: names.map((n) => (n === me ? "nobody" : n)), keys }),
  ],
  [
    "with another key for it",
    ({ names, keys }, me) => ({
      names,
      keys: keys.map((key, i) => (names[i] === me ? keys[(i + 1) % keys.length] : key)),
    }),
  ],
  [
    "with a name twice",
    ({ names, keys }, me) => ({ names: names.map((n, i) => (i === 0 && n !== me ? names[1] : n)), keys }),
  ],
  ["too small for T and D", ({ names, keys }, me) => ({ names: [me], keys: [keys[names.indexOf(me)]] })],
  [
    "with keys that are none",
    ({ names, keys }, me) => ({
      names,
      keys: keys.map((key, i) => (names[i] === me ? key : new Uint8Array(32))),
    }),
  ],
])("a plan is refused %s", (_, change) => {
  const sent: Envelope[] = [];
  let target: string | undefined;
  const driven = driveWith((envelope) => {
    sent.push(envelope);
    if (envelope.message.kind !== "plan") return "deliver";
    const roster = decodeRoster(envelope.message.tensors)!;
    if (envelope.to !== roster.names[0]) target ??= envelope.to;
    return envelope.to === target ? [withTensors(envelope, encodeRoster(change(roster, target)))] : "deliver";
  });
  expect(driven.rejected).toMatchObject([{ client: target, code: "secure.refused" }]);
  expect(sent.filter((e) => e.from === target && e.message.kind === "share")).toEqual([]);
  expect(expectExact(driven, contributionsOf(namesOf(8), DIMENSION), OPTIONS)).not.toContain(target);
});

test("clients that were told other options than the server refuse to sum with it", () => {
  const clients = namesOf(8);
  const halves = halvesFor(OPTIONS, clients);
  const others = halvesFor({ ...OPTIONS, sum: { ...SUM, bound: 2 } }, clients);
  const mixed = { ...halves, clients: others.clients };
  const driven = drive({ halves: mixed, cohort: contributionsOf(clients, DIMENSION), dimension: DIMENSION });
  expect(driven.abort?.code).toBe("secure.dropouts");
});

test("sums from strangers, other sequences and other groups are not listened to", () => {
  const clients = namesOf(8);
  const halves = halvesFor(OPTIONS, clients);
  const cohort = contributionsOf(clients, DIMENSION);
  const driven = drive({
    ...{ halves, cohort, dimension: DIMENSION },
    fate: (envelope) => {
      if (envelope.message.kind !== "partial") return "deliver";
      const others = [...clients, "stranger"].filter((name) => name !== envelope.from);
      return [...others.map((from) => ({ ...envelope, from })), envelope];
    },
  });
  expect(driven.rejected).toEqual([]);
  expect(expectExact(driven, cohort, OPTIONS)).toHaveLength(8);
});

test("whatever is garbled on its way, there is an exact sum or none, and nothing throws", () => {
  const seen = { result: 0, abort: 0 };
  const options: SwiftAggPlusOptions = { ...OPTIONS, dropouts: 2, topology: "tree" };
  const clients = namesOf(11);
  const cohort = contributionsOf(clients, DIMENSION);
  const halves = halvesFor(options, clients);
  for (let seed = 1; seed <= 40; seed++) {
    const random = SimulationRandom.fromSeed(seed);
    const fate = (envelope: Envelope): Fate => {
      if (random.uniform() > 0.02) return "deliver";
      const garbled = garbledMessage(envelope.message, random);
      return garbled === undefined
        ? "lose"
        : [{ ...envelope, message: garbled }, envelope].slice(random.integer(2));
    };
    const driven = drive({ halves, cohort, dimension: DIMENSION, fate, seed });
    if (driven.result) {
      seen.result++;
      expectExact(driven, cohort, options);
    } else {
      seen.abort++;
      expect(driven.abort!.code, `seed ${seed}`).toMatch(/^secure\.(dropouts|too-few)$/);
    }
  }
  expect(seen.result).toBeGreaterThan(5);
  expect(seen.abort).toBeGreaterThan(0);
});

/** As the network's garbage; undefined when the receiver's codec refuses it. The kinds stay, or nobody would look. */
function garbledMessage(message: Message, random: SimulationRandom): Message | undefined {
  if (random.integer(2) === 0 && message.tensors) {
    // A false sum of field elements cannot be told from a true one: protocols against liars are others.
    const [[name, tensor]] = Object.entries(message.tensors).filter(([key]) => key !== "sum");
    const spoilt = tensor.slice(0, tensor.length - random.integer(2));
    if (spoilt.length > 0) spoilt[random.integer(spoilt.length)] ^= 1 << random.integer(8);
    return { ...message, tensors: { ...message.tensors, [name]: spoilt } };
  }
  try {
    return decodeMessage(garble(message, encodeMessage(message), random));
  } catch (error) {
    if (error instanceof FrameError) return undefined;
    throw error;
  }
}

test("between clients, nothing travels unsealed", () => {
  const { sent } = driveWith(undefined, 9);
  for (const { from, to, message } of sent) {
    if (from !== "server" && to !== "server") expect(Object.keys(message.tensors!)).toEqual(["sealed"]);
    if (to === "server" && message.kind !== "final") {
      for (const tensor of Object.values(message.tensors ?? {}))
        expect(tensor.length).toBeLessThanOrEqual(32);
    }
  }
});
