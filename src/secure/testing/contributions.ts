/** Rounds of secure protocols for tests: clients with something to contribute, and what must come out. */
import { expect } from "vitest";
import type { ClientContribution } from "../../federated/protocol.ts";
import { addInto } from "../../numeric/field31.ts";
import { SimulationRandom } from "../../numeric/random.ts";
import { SecureRandom } from "../../numeric/secure-random.ts";
import type { PartyId } from "../../runtime/party.ts";
import { decodeSum, encodeContribution, type SumOptions, sumSettings } from "../contribution.ts";
import type { Cryptography } from "../cryptography.ts";
import type { SecureEnvironment } from "../environment.ts";
import { nativeCryptography } from "../node/native-cryptography.ts";
import type { Driven } from "./drive.ts";

export const SUM = { bound: 1, weights: "examples", mostExamples: 100 } as const;

const ROUNDING = 1;

export function environment(cryptography: Cryptography = nativeCryptography): SecureEnvironment {
  const secrets = SecureRandom.fromSeed(new Uint8Array(32).fill(7));
  return { secrets, rounding: SimulationRandom.fromSeed(ROUNDING), cryptography };
}

export function namesOf(count: number): PartyId[] {
  return Array.from({ length: count }, (_, i) => `client-${i}`);
}

export type Contributions = ReadonlyMap<PartyId, ClientContribution>;

/** What each client has learnt. */
export function contributionsOf(clients: readonly PartyId[], dimension: number): Contributions {
  const random = SimulationRandom.fromSeed(dimension);
  const contribution = () => ({
    update: Float32Array.from({ length: dimension }, () => 2 * random.uniform() - 1),
    examples: 1 + random.integer(100),
    metrics: {},
  });
  return new Map(clients.map((client) => [client, contribution()]));
}

interface Setting {
  /** Without noise, which cannot be drawn again. */
  readonly sum: SumOptions;
  /** Clients that take part in the round. */
  readonly participants: number;
  /** Default 1. */
  readonly round?: number;
}

/** What a client contributes, as field elements. */
export function encoded(
  client: PartyId,
  contributions: Contributions,
  { sum, participants, round = 1 }: Setting,
): Uint32Array {
  const stream = SimulationRandom.fromSeed(ROUNDING).stream("round", client, round);
  const settings = sumSettings(sum, participants, 0);
  return encodeContribution(contributions.get(client)!, settings, stream, environment().secrets);
}

/** The weighted mean over `included`, by adding up in the clear what they encode. */
export function plainMean(
  included: readonly PartyId[],
  contributions: Contributions,
  setting: Setting,
): Float32Array {
  const vectors = included.map((client) => encoded(client, contributions, setting));
  const total = new Uint32Array(vectors[0].length);
  for (const vector of vectors) addInto(total, vector);
  return decodeSum(total, sumSettings(setting.sum, setting.participants, 0));
}

/** The round must have a result, equal to the bit to the sum in the clear over those in it; says who they are. */
export function expectExact(
  { result, abort }: Driven,
  contributions: Contributions,
  { sum }: Pick<Setting, "sum">,
  { round = 1, label }: { readonly round?: number; readonly label?: string } = {},
): readonly PartyId[] {
  expect(abort, label).toBeUndefined();
  const { contributors, update, figures } = result!;
  const participants = figures!.participants as number;
  expect(update, label).toEqual(plainMean(contributors, contributions, { sum, participants, round }));
  expect(figures!.included, label).toBe(contributors.length);
  return contributors.toSorted();
}
