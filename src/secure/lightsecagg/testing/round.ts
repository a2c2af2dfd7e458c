/** Rounds of LightSecAgg for tests: clients with something to contribute, and what must come out. */
import { expect } from "vitest";
import type { ClientContribution } from "../../../federated/protocol.ts";
import { addInto } from "../../../numeric/field31.ts";
import { SimulationRandom } from "../../../numeric/random.ts";
import { SecureRandom } from "../../../numeric/secure-random.ts";
import type { PartyId } from "../../../runtime/party.ts";
import { decodeSum, encodeContribution } from "../../contribution.ts";
import type { SecureEnvironment } from "../../environment.ts";
import { type Driven, type Halves, makeHalves } from "../../testing/drive.ts";
import { lightSecAgg } from "../lightsecagg.ts";
import type { LightSecAggOptions } from "../plan.ts";

export const SUM = { bound: 1, weights: "examples", mostExamples: 100 } as const;

const SEED = 1;

export function environment(seed: number): SecureEnvironment {
  const secrets = SecureRandom.fromSeed(new Uint8Array(32).fill(seed));
  return { secrets, rounding: SimulationRandom.fromSeed(seed) };
}

export function namesOf(count: number): PartyId[] {
  return Array.from({ length: count }, (_, i) => `client-${i}`);
}

export function halvesFor(options: LightSecAggOptions, clients: readonly PartyId[]): Halves {
  return makeHalves(lightSecAgg(options, environment(SEED)), clients);
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

interface Setting {
  readonly participants: number;
  readonly round: number;
  /** Of the environment. */
  readonly seed: number;
  readonly sum: LightSecAggOptions["sum"];
}

/** The weighted mean over `included`, by adding up in the clear what they encode. */
export function plainMean(
  included: readonly PartyId[],
  contributions: Contributions,
  { participants, round, seed, sum }: Setting,
): Float32Array {
  const settings = { ...sum, summands: participants };
  const { rounding } = environment(seed);
  const encoded = included.map((client) =>
    encodeContribution(contributions.get(client)!, settings, rounding.stream("round", client, round)),
  );
  const total = new Uint32Array(encoded[0].length);
  for (const one of encoded) addInto(total, one);
  return decodeSum(total, settings);
}

/** The round must have a result, equal to the bit to the sum in the clear over those in it; says who they are. */
export function expectExact(
  { result }: Driven,
  contributions: Contributions,
  { sum }: LightSecAggOptions,
  round = 1,
): readonly PartyId[] {
  expect(result).toBeDefined();
  const { contributors, update, figures } = result!;
  const setting = { participants: figures!.clients as number, round, seed: SEED, sum };
  expect(update).toEqual(plainMean(contributors, contributions, setting));
  return contributors;
}
