import { expect, test, vi } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import type { PartyId } from "../../runtime/party.ts";
import { contributionsOf, namesOf, SUM } from "../testing/contributions.ts";
import { drive, type Envelope, type Fate, type Halves } from "../testing/drive.ts";
import { type Plan, planFor, type SecAggPlusOptions } from "./plan.ts";
import { expectedOutcome, placesIn, STAGES, type Stage } from "./testing/expected-outcome.ts";
import { DIMENSION, expectExact, halvesFor } from "./testing/round.ts";

/**
 * Thousands of rounds, whose time would go into the curve: here, a product in a small field stands in for it, which no
 * more than commutes. The other tests use the real one.
 */
vi.mock("@noble/curves/ed25519.js", async () => {
  const { multiply, P31 } = await import("../../numeric/field31.ts");
  const number = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) % P31;
  const asKey = (value: number) => {
    const bytes = new Uint8Array(32);
    new DataView(bytes.buffer).setUint32(0, value);
    return bytes;
  };
  const getSharedSecret = (secret: Uint8Array, peer: Uint8Array) =>
    asKey(multiply(number(secret), number(peer)));
  return {
    x25519: { getPublicKey: (secret: Uint8Array) => getSharedSecret(secret, asKey(7)), getSharedSecret },
  };
});

interface Setting {
  readonly options: SecAggPlusOptions;
  readonly clients: readonly PartyId[];
  readonly stages: ReadonlyMap<PartyId, Stage>;
  readonly round: number;
  readonly how: "leave" | "vanish";
  readonly seed?: number;
}

/** Runs the round and holds it against what must come of it; says which of the two it was. */
function check(halves: Halves, setting: Setting): "result" | "abort" {
  const { options, clients, stages, round, how, seed } = setting;
  const contributions = contributionsOf(clients, DIMENSION);
  const driven = drive({
    ...{ halves, dimension: DIMENSION, round, ...(seed && { seed }) },
    cohort: new Map(clients.map((id) => [id, stages.get(id) === "slow" ? null : contributions.get(id)!])),
    fate: ({ from, message }: Envelope): Fate => (stages.get(from) === message.kind ? how : "deliver"),
  });
  const planOf = (n: number) => {
    const plan = planFor(n, options);
    return "code" in plan ? undefined : (plan as Plan);
  };
  const expected = expectedOutcome(clients, stages, planOf, placesIn(driven));
  const label = JSON.stringify({ round, how, seed, stages: [...stages] });
  if ("code" in expected) {
    expect(driven.result, label).toBeUndefined();
    expect(driven.abort?.code, label).toBe(expected.code);
    return "abort";
  }
  expect(driven.abort, label).toBeUndefined();
  expect(expectExact(driven, contributions, options, round), label).toEqual(expected.included.toSorted());
  return "result";
}

/** All ways in which up to `most` of the clients go or are slow. */
function* goings(clients: readonly PartyId[], most: number): Generator<Map<PartyId, Stage>> {
  yield new Map();
  if (most === 0) return;
  for (const [i, client] of clients.entries()) {
    for (const stage of STAGES) {
      for (const others of goings(clients.slice(i + 1), most - 1))
        yield new Map([...others, [client, stage]]);
    }
  }
}

test.each([
  { count: 5, most: 2, options: { graph: "full", threshold: 3, sum: SUM } },
  { count: 6, most: 2, options: { graph: "full", threshold: 4, sum: { ...SUM, weights: "uniform" } } },
  { count: 7, most: 2, options: { graph: "harary", neighbours: 4, threshold: 3, sum: SUM } },
  { count: 9, most: 1, options: { graph: "harary", neighbours: 2, threshold: 2, sum: SUM } },
] as const)("sums are exact or there are none, whoever goes whenever: %o", ({ count, most, options }) => {
  const clients = namesOf(count);
  const halves = halvesFor(options, clients);
  const seen = { result: 0, abort: 0 };
  let round = 0;
  for (const stages of goings(clients, most)) {
    const how = ++round % 2 === 0 ? "leave" : "vanish";
    seen[check(halves, { options, clients, stages, round, how })]++;
  }
  expect(seen.result).toBeGreaterThan(0);
  expect(seen.abort).toBeGreaterThan(0);
});

test("larger rings, at random, in any order of events", () => {
  const seen = { result: 0, abort: 0 };
  for (let seed = 1; seed <= 40; seed++) {
    const random = SimulationRandom.fromSeed(seed);
    const clients = namesOf(8 + random.integer(57));
    const neighbours = 2 * (3 + random.integer(6));
    const threshold = 2 + random.integer(neighbours - 2);
    const options = { graph: "harary", neighbours, threshold, sum: SUM } as const;
    const harm = 0.5 * random.uniform();
    const stages = new Map<PartyId, Stage>();
    for (const client of clients) {
      if (random.uniform() < harm) stages.set(client, STAGES[random.integer(STAGES.length)]);
    }
    const halves = halvesFor(options, clients);
    seen[check(halves, { options, clients, stages, round: 1, how: "vanish", seed })]++;
  }
  expect(seen.result).toBeGreaterThan(10);
  expect(seen.abort).toBeGreaterThan(5);
});
