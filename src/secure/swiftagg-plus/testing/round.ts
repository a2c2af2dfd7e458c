/** Rounds of SwiftAgg+ for tests: clients with something to contribute, when they go, and what must come out. */
import { expect } from "vitest";
import type { ClientContribution } from "../../../federated/protocol.ts";
import { addInto } from "../../../numeric/field31.ts";
import { SimulationRandom } from "../../../numeric/random.ts";
import { SecureRandom } from "../../../numeric/secure-random.ts";
import type { PartyId } from "../../../runtime/party.ts";
import { decodeSum, encodeContribution } from "../../contribution.ts";
import type { SecureEnvironment } from "../../environment.ts";
import { type Driven, type Envelope, type Fate, type Halves, makeHalves } from "../../testing/drive.ts";
import type { SwiftAggPlusOptions } from "../options.ts";
import { swiftAggPlus } from "../swiftagg-plus.ts";

export const SUM = { bound: 1, weights: "examples", mostExamples: 100 } as const;

const rounding = SimulationRandom.fromSeed(1);

export function environment(): SecureEnvironment {
  return { secrets: SecureRandom.fromSeed(new Uint8Array(32).fill(7)), rounding };
}

export function namesOf(count: number): PartyId[] {
  return Array.from({ length: count }, (_, n) => `client-${n}`);
}

export function halvesFor(options: SwiftAggPlusOptions, clients: readonly PartyId[]): Halves {
  return makeHalves(swiftAggPlus(options, environment()), clients);
}

export type Contributions = ReadonlyMap<PartyId, ClientContribution>;

export function contributionsOf(clients: readonly PartyId[], dimension: number): Contributions {
  const random = SimulationRandom.fromSeed(dimension);
  const contribution = () => ({
    update: Float32Array.from({ length: dimension }, () => 2 * random.uniform() - 1),
    examples: 1 + random.integer(100),
    metrics: {},
  });
  return new Map(clients.map((client) => [client, contribution()]));
}

/** What a client contributes, as field elements. */
export function encoded(
  client: PartyId,
  contributions: Contributions,
  { sum }: SwiftAggPlusOptions,
  participants: number,
  round = 1,
): Uint32Array {
  const settings = { ...sum, summands: participants };
  return encodeContribution(contributions.get(client)!, settings, rounding.stream("round", client, round));
}

/** The round must have a result, equal to the bit to the sum in the clear over those in it; says who they are. */
export function expectExact(
  { result, abort }: Driven,
  contributions: Contributions,
  options: SwiftAggPlusOptions,
  round = 1,
): readonly PartyId[] {
  expect(abort).toBeUndefined();
  const { contributors, update, figures } = result!;
  const participants = figures!.participants as number;
  const vectors = contributors.map((client) => encoded(client, contributions, options, participants, round));
  const total = new Uint32Array(vectors[0].length);
  for (const vector of vectors) addInto(total, vector);
  expect(update).toEqual(decodeSum(total, { ...options.sum, summands: participants }));
  expect(figures!.included).toBe(contributors.length);
  return contributors;
}

/** Where a client can go: just before its first message of a kind, or in the midst of sharing. */
export const STAGES = ["key", "share", "within share", "shared", "received", "sum", "passed"] as const;
export type Stage = (typeof STAGES)[number];

export function goingAt(stages: ReadonlyMap<PartyId, Stage>, how: "leave" | "vanish"): (e: Envelope) => Fate {
  const shares = new Map<PartyId, number>();
  return ({ from, message: { kind } }) => {
    const stage = stages.get(from);
    if (stage === (kind === "partial" || kind === "final" ? "sum" : kind)) return how;
    if (kind !== "share") return "deliver";
    shares.set(from, 1 + (shares.get(from) ?? 0));
    return stage === "within share" && shares.get(from) === 2 ? how : "deliver";
  };
}

/** All ways in which up to `most` of the clients go. */
export function* goings(clients: readonly PartyId[], most: number): Generator<Map<PartyId, Stage>> {
  yield new Map();
  if (most === 0) return;
  for (const [i, client] of clients.entries()) {
    for (const stage of STAGES) {
      for (const others of goings(clients.slice(i + 1), most - 1))
        yield new Map([...others, [client, stage]]);
    }
  }
}
