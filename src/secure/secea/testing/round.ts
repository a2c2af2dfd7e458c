/** Rounds of SecEA for tests: clients that own entities of a small dictionary, and what must come out. */
import { expect } from "vitest";
import { type EmbeddingTable, type Holdings, rowsOf, withRows } from "../../../federated/embeddings.ts";
import type { Job, JobResult } from "../../../federated/jobs.ts";
import type { ClientContribution } from "../../../federated/protocol.ts";
import type { EvaluateResult } from "../../../learn/training.ts";
import { addInto } from "../../../numeric/field31.ts";
import { SimulationRandom } from "../../../numeric/random.ts";
import type { PartyId } from "../../../runtime/party.ts";
import type { Cryptography } from "../../cryptography.ts";
import { environment, namesOf } from "../../testing/contributions.ts";
import {
  type Drive,
  type Driven,
  drive,
  type Envelope,
  type Halves,
  makeHalves,
} from "../../testing/drive.ts";
import { quickCryptography } from "../../testing/quick-cryptography.ts";
import { decodeRows, encodeTable } from "../embedding-table.ts";
import { secEa } from "../secea.ts";
import { type SecEaSettings, scaleOf, shapeOf } from "../settings.ts";
import type { SecEaOptions } from "../shape.ts";

/** What surrounds the table in a model is each client's own. */
export const TABLE: EmbeddingTable = { offset: 2, entities: 12, width: 3 };
export const DIMENSION = TABLE.offset + TABLE.entities * TABLE.width + 1;

/** So large that sums of quantised entries up to 1 are exact in single precision: no bit of a sum can hide. */
export const OPTIONS = { colluders: 1, dropouts: 1, bound: 500 } satisfies SecEaOptions;

export interface World {
  readonly clients: readonly PartyId[];
  readonly settings: SecEaSettings;
  /** What training starts from. */
  readonly models: ReadonlyMap<PartyId, Float32Array>;
  readonly contributions: ReadonlyMap<PartyId, ClientContribution>;
}

/** Client n owns the entities n, n + 1 and n + 3, and some more; nobody owns the last. */
export function worldOf(count: number, options: SecEaOptions, seed = 1): World {
  const random = SimulationRandom.fromSeed(seed);
  const clients = namesOf(count);
  const numbers = () => Float32Array.from({ length: DIMENSION }, () => random.uniform() - 0.5);
  const owned = new Map(
    clients.map((client, n) => {
      const some = [n, n + 1, n + 3, random.integer(11), random.integer(11)].map((entity) => entity % 11);
      return [client, Int32Array.from(new Set(some)).sort()];
    }),
  );
  const holdings = (client: PartyId): Holdings => ({
    entities: owned.get(client)!,
    heldOut: clients.indexOf(client),
  });
  return {
    clients,
    settings: { ...options, table: TABLE, holdings },
    models: new Map(clients.map((client) => [client, numbers()])),
    contributions: new Map(
      clients.map((client) => [client, { update: numbers(), examples: 1, metrics: {} }]),
    ),
  };
}

export function halvesOf(
  { clients, settings }: World,
  cryptography: Cryptography = quickCryptography,
): Halves {
  return makeHalves(secEa(settings, environment(cryptography)), clients);
}

/** Measures a model by its entries; client n has n + 1 examples. */
export function measured(parameters: Float32Array, on: number | "test"): EvaluateResult {
  const examples = Number(on) + 1;
  return { kind: "evaluate", examples, accuracy: Math.abs(parameters[2]), loss: 1 + parameters[3] };
}

export function execute(job: Job): JobResult {
  if (job.kind !== "evaluate") throw new Error("Clients of SecEA ask for evaluations only.");
  return measured(job.parameters, job.on);
}

export function driveWorld(world: World, halves: Halves, rest: Partial<Drive> = {}): Driven {
  const { contributions: cohort, models } = world;
  return drive({ halves, cohort, models, dimension: DIMENSION, execute, ...rest });
}

/** What a client's message is: its kind, and of which exchange it speaks. */
export function labelOf({ message: { kind, body } }: Envelope): string {
  return body?.exchange === undefined ? kind : `${kind} ${body.exchange}`;
}

/** Sums, in the clear, the tables of those included as they encode them; the model of each of them that follows. */
export function plainModels(
  { settings, models, contributions }: World,
  included: readonly PartyId[],
  registered: number,
  round = 1,
): ReadonlyMap<PartyId, Float32Array> {
  const shape = shapeOf(registered, settings);
  const scale = scaleOf(settings, shape);
  const union = Int32Array.from({ length: TABLE.entities }, (_, entity) => entity);
  const sum = new Uint32Array(TABLE.entities * (TABLE.width + 1));
  const trained = new Map(
    included.map((client) => {
      const update = contributions.get(client)!.update;
      return [client, models.get(client)!.map((entry, i) => entry + update[i])];
    }),
  );
  for (const client of included) {
    const owned = settings.holdings(client).entities;
    const random = environment().rounding.stream("round", client, round);
    const embeddings = rowsOf(trained.get(client)!, TABLE, owned);
    const quantisation = { bound: settings.bound, scale, random };
    addInto(sum, encodeTable({ union, owned, embeddings, width: TABLE.width }, quantisation));
  }
  const { means } = decodeRows(sum, TABLE.width, scale);
  const whole = { ...TABLE, offset: 0 };
  return new Map(
    included.map((client) => {
      const { entities } = settings.holdings(client);
      return [client, withRows(trained.get(client)!, TABLE, entities, rowsOf(means, whole, entities))];
    }),
  );
}

/**
 * The round must have a result. To the bit, the models that clients have handed on must be those of the sums in the
 * clear; the metrics must be the means of what those have measured who are counted. Says who contributed.
 */
export function expectExact(world: World, driven: Driven, round = 1, label?: string): readonly PartyId[] {
  const { result, abort, models } = driven;
  expect(abort, label).toBeUndefined();
  const { contributors, update, figures, metrics } = result!;
  expect(update).toHaveLength(0);
  const expected = plainModels(world, contributors, figures!.registered as number, round);
  for (const [client, model] of models)
    expect([client, model], label).toEqual([client, expected.get(client)]);
  expect(figures!.included).toBe(contributors.length);
  const results = [...models].map(([client, model]) => measured(model, world.clients.indexOf(client)));
  if (figures!.measured === results.length) {
    const examples = results.reduce((sum, one) => sum + one.examples, 0);
    for (const name of ["accuracy", "loss"] as const) {
      const mean = results.reduce((sum, one) => sum + one.examples * one[name], 0) / examples;
      expect(Math.abs(metrics![name]! - mean)).toBeLessThan(2 ** -20);
    }
  }
  return contributors.toSorted();
}
