import { expect, test } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import { SecureRandom } from "../../numeric/secure-random.ts";
import { secEaLoads } from "./counters.ts";
import { encodeTable, shareTable } from "./embedding-table.ts";
import { presence } from "./entity-union.ts";
import { answer, shareQueries } from "./retrieval.ts";
import { planShape } from "./shape.ts";
import { shareVector } from "./vector-shares.ts";
import { shareZeroMask } from "./zero-mask.ts";

test("worked out by hand: 10 clients, T = 1, D = 1, d = 16, 2000 entities of which 1500 are owned, 512 queries", () => {
  const shape = planShape(10, 16, { colluders: 1, dropouts: 1, bound: 1 });
  // K = 4, so rows of 17 symbols are cut into parts of 5.
  expect(secEaLoads(shape, { entities: 2000, union: 1500, queries: 512 })).toEqual({
    union: 10 * 500,
    sharing: 9 * 7500,
    queries: 9 * 768_000,
    answers: 9 * 2560,
    masks: 9 * 25_600,
  });
});

test("are what is sent, also where parts do not come out even", () => {
  const shape = planShape(7, 3, { colluders: 1, dropouts: 0, bound: 1 });
  const random = SecureRandom.fromSeed(new Uint8Array(32));
  const [entities, queries] = [11, 4];
  const owned = Int32Array.of(1, 3, 8);
  const union = Int32Array.of(1, 2, 3, 8, 10);
  const table = encodeTable(
    { union, owned, embeddings: new Float32Array(9), width: 3 },
    { bound: 1, scale: 10, random: SimulationRandom.fromSeed(1) },
  );
  const presences = shareVector(presence(owned, entities, random), shape, random);
  const tables = shareTable(table, shape, random);
  const asked = shareQueries(new Int32Array(queries), union.length, shape, random);
  const masks = shareZeroMask(shape.clients * queries * shape.piece, shape, random);
  const answers = answer(asked[0], tables[0], masks[0].subarray(0, queries * shape.piece));

  const toOthers = (shares: readonly Uint32Array[]) =>
    shares.slice(1).reduce((sum, { length }) => sum + length, 0);
  expect(secEaLoads(shape, { entities, union: union.length, queries })).toEqual({
    union: toOthers(presences) + presences[0].length,
    sharing: toOthers(tables),
    queries: toOthers(asked),
    answers: (shape.clients - 1) * answers.length,
    masks: toOthers(masks),
  });
});
