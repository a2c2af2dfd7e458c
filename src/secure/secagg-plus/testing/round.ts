/** Rounds for tests: clients with something to contribute, and what must come out. */
import { expect } from "vitest";
import type { ClientContribution } from "../../../federated/protocol.ts";
import { addInto } from "../../../numeric/field31.ts";
import { SimulationRandom } from "../../../numeric/random.ts";
import { SecureRandom } from "../../../numeric/secure-random.ts";
import type { PartyId } from "../../../runtime/party.ts";
import { decodeSum, encodeContribution } from "../../contribution.ts";
import type { SecureEnvironment } from "../../environment.ts";
import { type Driven, type Halves, makeHalves } from "../../testing/drive.ts";
import type { SecAggPlusOptions } from "../plan.ts";
import { secAggPlus } from "../secagg-plus.ts";

export const SUM = { bound: 1, weights: "examples", mostExamples: 100 } as const;
export const DIMENSION = 3;

const rounding = SimulationRandom.fromSeed(1);

export function environment(): SecureEnvironment {
  return { secrets: SecureRandom.fromSeed(new Uint8Array(32).fill(7)), rounding };
}

export function namesOf(count: number): PartyId[] {
  return Array.from({ length: count }, (_, i) => `client-${i}`);
}

export function halvesFor(options: SecAggPlusOptions, clients: readonly PartyId[]): Halves {
  return makeHalves(secAggPlus(options, environment()), clients);
}

export type Contributions = ReadonlyMap<PartyId, ClientContribution>;

/** What each client has learnt. */
export function contributionsOf(clients: readonly PartyId[]): Contributions {
  const random = SimulationRandom.fromSeed(clients.length);
  const contribution = () => ({
    update: Float32Array.from({ length: DIMENSION }, () => 2 * random.uniform() - 1),
    examples: 1 + random.integer(100),
    metrics: {},
  });
  return new Map(clients.map((client) => [client, contribution()]));
}

/** The contributions of these clients, as symbols, in a sum of so many participants. */
export function symbolsOf(
  client: PartyId,
  contributions: Contributions,
  { sum }: SecAggPlusOptions,
  participants: number,
  round = 1,
): Uint32Array {
  const stream = rounding.stream("round", client, round);
  return encodeContribution(contributions.get(client)!, { ...sum, summands: participants }, stream);
}

/** The round must have a result, equal to the bit to the sum in the clear over those in it; says who they are. */
export function expectExact(
  { result, abort }: Driven,
  contributions: Contributions,
  options: SecAggPlusOptions,
  round = 1,
): readonly PartyId[] {
  expect(abort).toBeUndefined();
  const { contributors, update, figures } = result!;
  const participants = figures!.clients as number;
  const total = new Uint32Array(DIMENSION + 1);
  for (const client of contributors) {
    addInto(total, symbolsOf(client, contributions, options, participants, round));
  }
  expect(update).toEqual(decodeSum(total, { ...options.sum, summands: participants }));
  return contributors.toSorted();
}
