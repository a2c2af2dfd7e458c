import { describe, expect, test } from "vitest";
import { P31 } from "../../numeric/field31.ts";
import { applyMasks } from "../../numeric/field31-masks.ts";
import {
  type Contributions,
  contributionsOf,
  encoded,
  environment,
  expectExact,
  namesOf,
  SUM,
} from "../testing/contributions.ts";
import { goingAt } from "../testing/departures.ts";
import { type Driven, drive, type Envelope } from "../testing/drive.ts";
import { serverLoad } from "./counters.ts";
import { maskKey, pairSeed, pairSign } from "./masks.ts";
import { partOf } from "./messages.ts";
import { neighboursOf } from "./ring.ts";
import { secAggPlus } from "./secagg-plus.ts";
import { rebuildSecret, SHARE_LENGTH, shareCode } from "./secret-shares.ts";
import { placesIn } from "./testing/expected-outcome.ts";
import { DIMENSION, halvesFor } from "./testing/round.ts";

const FULL = { graph: "full", threshold: 3, sum: SUM } as const;
const RING = { graph: "harary", neighbours: 4, threshold: 3, sum: SUM } as const;

test("the graph makes the protocol's name; all it sends passes the server's half", () => {
  expect(secAggPlus(FULL, environment())).toMatchObject({ kind: "secagg" });
  expect(secAggPlus(RING, environment())).toMatchObject({ kind: "secagg-plus" });
  expect(secAggPlus(RING, environment()).betweenClients).toBeUndefined();
  expect(() => secAggPlus({ ...RING, neighbours: 3 }, environment())).toThrow(
    expect.objectContaining({ code: "secure.parameters" }),
  );
});

test.each([
  { count: 5, options: FULL },
  { count: 7, options: RING },
])("without trouble the order of events does not change a bit: %o", ({ count, options }) => {
  const clients = namesOf(count);
  const cohort = contributionsOf(clients, DIMENSION);
  for (const seed of [1, 2, 3]) {
    const setting = { cohort, dimension: DIMENSION, seed, deadline: "never" } as const;
    const driven = drive({ halves: halvesFor(options, clients), ...setting });
    expect(expectExact(driven, cohort, options)).toEqual(clients);
    expect(driven.phases).toEqual(["share", "upload", "unmask"]);
    // From snapshots, at every step; the secrets that it draws are others.
    const again = drive({ halves: halvesFor(options, clients), ...setting, reload: true });
    expect(again.result!.update).toEqual(driven.result!.update);
  }
});

test("who is slow to train is left out, but counts as no dropout and goes on holding shares", () => {
  const options = { graph: "full", threshold: 4, sum: SUM } as const;
  const clients = namesOf(6);
  const contributions = contributionsOf(clients, DIMENSION);
  const cohort = new Map([...contributions, ["client-2", null] as const]);
  // Of the slow one's key four of five shares are needed, and of the others' seeds its own share as well.
  const fate = goingAt(new Map([["client-5", "reveal"]]), "leave");
  const driven = drive({ halves: halvesFor(options, clients), cohort, dimension: DIMENSION, fate });
  expect(expectExact(driven, contributions, options)).toEqual(clients.filter((c) => c !== "client-2"));
});

test("over-selection ends the round at the target; who comes later uploads no more", () => {
  const clients = namesOf(6);
  const contributions = contributionsOf(clients, DIMENSION);
  const halves = halvesFor(FULL, clients);
  const cohort = new Map([...contributions, ["client-0", null] as const, ["client-4", null] as const]);
  const driven = drive({ halves, cohort, dimension: DIMENSION, target: 4, deadline: "never" });
  expect(expectExact(driven, contributions, FULL)).toHaveLength(4);
  expect(halves.clients.get("client-0")!.contribute(contributions.get("client-0")!)).toEqual({});
});

test("fewer than the round's minimum, or than t + 1, make no sum", () => {
  const clients = namesOf(6);
  const slow = (count: number) =>
    new Map([...contributionsOf(clients, DIMENSION)].map(([id, c], i) => [id, i < count ? null : c]));
  const driven = (count: number, minimum: number) =>
    drive({ halves: halvesFor(FULL, clients), cohort: slow(count), dimension: DIMENSION, minimum });
  expect(driven(1, 5).result?.contributors).toHaveLength(5);
  expect(driven(2, 5).abort).toEqual({
    ...{ code: "secure.too-few", reason: "Only 4 of at least 5 clients contributed." },
  });
  expect(driven(3, 1).abort?.code).toBe("secure.too-few");
});

describe("who is slow is slow in a row", () => {
  /** Places are drawn from the round's public stream: they are looked up, then the round is repeated. */
  function withSlow(count: number, neighbours: number, slow: readonly number[]): [Driven, Contributions] {
    const options = { graph: "harary", neighbours, threshold: 2, sum: SUM } as const;
    const clients = namesOf(count);
    const contributions = contributionsOf(clients, DIMENSION);
    const setting = { dimension: DIMENSION, target: count - slow.length, deadline: "never" } as const;
    const places = placesIn(
      drive({ ...setting, halves: halvesFor(options, clients), cohort: contributions }),
    );
    const cohort = new Map(
      clients.map((id) => [id, slow.includes(places.get(id)!) ? null : contributions.get(id)!]),
    );
    return [drive({ ...setting, halves: halvesFor(options, clients), cohort }), contributions];
  }

  test("two arcs of a ring are not summed one by one", () => {
    expect(withSlow(8, 2, [0, 4])[0].abort?.code).toBe("secure.disconnected");
  });

  test("one arc is, when enough are left to help; of those far from it nothing is asked", () => {
    const [driven, contributions] = withSlow(12, 4, [0, 1, 2, 3, 4, 5]);
    const options = { graph: "harary", sum: SUM } as const;
    expect(expectExact(driven, contributions, options)).toHaveLength(6);
  });

  test("clients who would not answer are not waited for", () => {
    expect(withSlow(8, 2, [0, 1, 2])[0].abort).toEqual({
      code: "secure.dropouts",
      reason:
        "Too many clients left or fell silent: of some client fewer than 2 neighbours revealed the shares they hold.",
    });
  });
});

test("places are a matter of who has answered, not when", () => {
  const clients = namesOf(6);
  const setting = { cohort: contributionsOf(clients, DIMENSION), dimension: DIMENSION };
  const held: Envelope[] = [];
  const last = drive({
    ...{ ...setting, halves: halvesFor(FULL, clients) },
    fate(envelope) {
      if (envelope.message.kind !== "key") return "deliver";
      held.unshift(envelope);
      return held.length < clients.length ? [] : held;
    },
  });
  const first = drive({ ...setting, halves: halvesFor(FULL, clients) });
  expect(placesIn(last)).toEqual(placesIn(first));
  expect(last.result!.contributors).toEqual(first.result!.contributors);
});

test("a round that cannot be planned is given up at once, and one without weight in the end", () => {
  const clients = namesOf(3);
  const cohort = contributionsOf(clients, DIMENSION);
  const setting = { cohort, dimension: DIMENSION };
  const impossible = drive({ halves: halvesFor(FULL, clients), ...setting });
  expect(impossible.abort?.code).toBe("secure.parameters");
  expect(impossible.sent.every(({ from }) => from !== "server")).toBe(true);
  const options = { graph: "full", threshold: 2, sum: SUM } as const;
  const idle = new Map([...cohort].map(([id, c]) => [id, { ...c, examples: 0 }]));
  const weightless = drive({ halves: halvesFor(options, clients), cohort: idle, dimension: DIMENSION });
  expect(weightless.abort?.code).toBe("secure.no-weight");
});

interface ClientState {
  readonly attempt: { readonly selfSeed: Uint8Array; readonly maskKey: { readonly secretKey: Uint8Array } };
}

test("what the server gets: uploads under both masks, and the one secret of each that it needs", () => {
  const clients = namesOf(7);
  const contributions = contributionsOf(clients, DIMENSION);
  const halves = halvesFor(RING, clients);
  const gone = "client-3";
  const cohort = new Map([...contributions, [gone, null] as const]);
  const driven = drive({ halves, cohort, dimension: DIMENSION });
  expectExact(driven, contributions, RING);
  const places = placesIn(driven);
  const at = new Map([...places].map(([client, place]) => [place, client]));
  const plan = { clients: 7, neighbours: 4, threshold: 3 };
  const secrets = (client: string) => (halves.clients.get(client)!.snapshot!() as ClientState).attempt;
  const messages = (kind: string) => driven.sent.filter(({ message }) => message.kind === kind);

  expect(messages("upload")).toHaveLength(6);
  for (const { from, message } of messages("upload")) {
    const masked = encoded(from, contributions, { sum: RING.sum, participants: 7 });
    applyMasks(masked, [{ seed: secrets(from).selfSeed, sign: 1 }]);
    for (const place of neighboursOf(places.get(from)!, plan)) {
      const peer = maskKey(secrets(at.get(place)!).maskKey.secretKey).publicKey;
      const seed = pairSeed(maskKey(secrets(from).maskKey.secretKey), peer);
      applyMasks(masked, [{ seed, sign: pairSign(places.get(from)!, place) }]);
    }
    expect(message.tensors!.masked).toEqual(masked);
  }

  const shares = new Map([...at.keys()].map((place) => [place, new Map<number, Uint32Array>()]));
  for (const { from, message } of messages("reveal")) {
    const holder = places.get(from)!;
    for (const [i, owner] of neighboursOf(holder, plan).entries()) {
      const share = partOf(message.tensors!.shares as Uint32Array, i, SHARE_LENGTH);
      shares.get(owner)!.set(neighboursOf(owner, plan).indexOf(holder), share);
    }
  }
  for (const [place, ofPlace] of shares) {
    const { selfSeed, maskKey } = secrets(at.get(place)!);
    const told = rebuildSecret(shareCode(plan), ofPlace);
    expect(told).toEqual(at.get(place) === gone ? maskKey.secretKey : selfSeed);
  }
});

test("masks are fresh in every attempt", () => {
  const clients = namesOf(4);
  const halves = halvesFor(FULL, clients);
  const cohort = contributionsOf(clients, DIMENSION);
  const keysAt = (attempt: number) =>
    drive({ halves, cohort, dimension: DIMENSION, attempt })
      .sent.filter(({ message }) => message.kind === "key")
      .map(({ message }) => (message.tensors!.keys as Uint8Array).slice(32).join());
  expect(new Set([...keysAt(1), ...keysAt(2)]).size).toBe(8);
});

test.each([
  { count: 5, options: FULL, neighbours: 4 },
  { count: 9, options: RING, neighbours: 4 },
])("traffic is what the formulas say: %o", ({ count, options, neighbours }) => {
  const clients = namesOf(count);
  const { sent, result } = drive({
    ...{
      halves: halvesFor(options, clients),
      cohort: contributionsOf(clients, DIMENSION),
      dimension: DIMENSION,
    },
  });
  const loads = {
    keys: 16,
    shares: neighbours * 22,
    upload: DIMENSION + 1,
    reveal: neighbours * 11,
  };
  const count4 = (of: (envelope: Envelope) => boolean) =>
    sent.filter(of).reduce((sum, { message: { kind, tensors } }) => {
      const { keys, sealed, masked, shares } = tensors as Record<string, Uint8Array | Uint32Array>;
      if (kind === "key") return sum + keys.length / 4;
      // A nonce of 12 bytes and a tag of 16 for each neighbour.
      if (sealed) return sum + (sealed.length - 28 * neighbours) / 4;
      return sum + (masked ?? shares).length;
    }, 0);
  for (const client of clients) {
    const ofKind = (kind: string) => count4(({ from, message }) => from === client && message.kind === kind);
    expect(ofKind("key")).toBe(loads.keys);
    expect(ofKind("shares")).toBe(loads.shares);
    expect(ofKind("upload")).toBe(loads.upload);
    expect(count4(({ to, message }) => to === client && message.kind === "held")).toBe(loads.shares);
  }
  const revealed = sent.filter(({ message }) => message.kind === "reveal");
  for (const { from } of revealed) {
    expect(count4((envelope) => envelope.from === from && envelope.message.kind === "reveal")).toBe(
      loads.reveal,
    );
  }
  // The last to reveal may find the round over.
  const heard = (result!.figures!.serverSymbols as number) - count * (16 + loads.shares + loads.upload);
  const round = { neighbours, symbols: DIMENSION + 1, keyed: count, shared: count, uploaded: count };
  const server = serverLoad({ ...round, revealed: heard / loads.reveal });
  const perClient = loads.keys + loads.shares + loads.upload + loads.reveal;
  expect(result!.figures).toMatchObject({
    ...{ participants: count, included: count, gone: 0, neighbours, connections: count },
    ...{ clientSymbols: perClient, clientSymbolsExpected: perClient },
    ...{ serverSymbols: server, serverSymbolsExpected: server },
  });
  expect(heard / loads.reveal).toBeLessThanOrEqual(revealed.length);
});

test("a mask and its counterpart cancel, and no mask is like another", () => {
  const [a, b, c] = [1, 2, 3].map((i) => maskKey(new Uint8Array(32).fill(i)));
  const seed = pairSeed(a, b.publicKey);
  expect(pairSeed(b, a.publicKey)).toEqual(seed);
  expect(pairSeed(a, c.publicKey)).not.toEqual(seed);
  const vector = Uint32Array.of(0, 1, P31 - 1, 12345);
  const masked = vector.slice();
  applyMasks(masked, [{ seed, sign: pairSign(4, 9) }]);
  expect(masked).not.toEqual(vector);
  applyMasks(masked, [{ seed, sign: pairSign(9, 4) }]);
  expect(masked).toEqual(vector);
});
