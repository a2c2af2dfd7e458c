import { describe, expect, test } from "vitest";
import { RunError } from "../../errors.ts";
import { addInto, P31 } from "../../numeric/field31.ts";
import { SimulationRandom } from "../../numeric/random.ts";
import { SecureRandom } from "../../numeric/secure-random.ts";
import { largestScale } from "../quantise.ts";
import { decodeRows, encodeTable, shareTable } from "./embedding-table.ts";
import { planShape, storageCode } from "./shape.ts";
import { places, subsets } from "./testing/linear.ts";

const rounding = () => SimulationRandom.fromSeed(3);
const exact = { bound: 4, scale: 100, random: rounding() };

test("a row for each entity of the union, turned, with a line that counts owners", () => {
  const union = Int32Array.of(2, 5, 9);
  const embeddings = Float32Array.of(1, -2, 0.25, 3);
  const table = encodeTable({ union, owned: Int32Array.of(2, 9), embeddings, width: 2 }, exact);
  expect(table).toEqual(Uint32Array.of(100, 0, 25, P31 - 200, 0, 300, 1, 0, 1));
});

test("entities that are not in the union are left out, and change nothing of the others", () => {
  const owned = Int32Array.of(2, 4, 9);
  const embeddings = Float32Array.of(0.123, 0.456, 0.789);
  const encode = (union: number[]) =>
    encodeTable(
      { union: Int32Array.from(union), owned, embeddings, width: 1 },
      { ...exact, random: rounding() },
    );
  const [all, some] = [encode([2, 4, 9]), encode([2, 9])];
  expect([some[0], some[1]]).toEqual([all[0], all[2]]);
  expect([...some.subarray(2)]).toEqual([1, 1]);
});

test("embeddings that are not finite are refused", () => {
  const owned = Int32Array.of(0);
  const of = { union: owned, owned, embeddings: Float32Array.of(Number.NaN), width: 1 };
  expect(() => encodeTable(of, exact)).toThrow(RunError);
});

describe("means", () => {
  test("are taken over owners; of entities without any they are 0", () => {
    // Two rows of width 2, a third without owners.
    const rows = Uint32Array.of(300, P31 - 50, 0, 10, 20, 0, 3, 1, 0);
    expect(decodeRows(rows, 2, 100)).toEqual({
      means: Float32Array.of(Math.fround(3) / 3, Math.fround(0.1) / 3, -0.5, 0.2, 0, 0),
      owners: Uint32Array.of(3, 1, 0),
    });
  });

  test("are within a step of the true ones, with the finest scale for so many clients", () => {
    const [clients, entities, width, bound] = [30, 12, 5, 2];
    const random = rounding();
    const union = Int32Array.from(places(entities));
    const scale = largestScale({ bound, summands: clients });
    const total = new Uint32Array(entities * (width + 1));
    const sums = new Float64Array(entities * width);
    for (let n = 0; n < clients; n++) {
      // All own at the bound: as large as sums get.
      const embeddings = Float32Array.from(sums, () => (n % 2 ? 2 : 2 - 0.1 * random.uniform()));
      addInto(total, encodeTable({ union, owned: union, embeddings, width }, { bound, scale, random }));
      for (const [i, value] of embeddings.entries()) sums[i] += value;
    }
    const { means, owners } = decodeRows(total, width, scale);
    expect(owners).toEqual(new Uint32Array(entities).fill(clients));
    // A step, and what 32-bit floats round.
    for (const [i, mean] of means.entries()) {
      expect(Math.abs(mean - sums[i] / clients)).toBeLessThan(1 / scale + 2 ** -22);
    }
  });
});

test("any K + T shares hold the table; its noise is drawn anew", () => {
  const shape = planShape(6, 3, { colluders: 1, dropouts: 1, bound: 1 });
  const random = SecureRandom.fromSeed(new Uint8Array(32));
  const table = random.field31(5 * shape.width);
  const shares = shareTable(table, shape, random);
  expect(shares.map(({ length }) => length)).toEqual(places(6).map(() => 5 * shape.piece));
  for (const chosen of subsets(places(6), shape.parts + shape.colluders)) {
    const pieces = storageCode(shape).decode(new Map(chosen.map((place) => [place, shares[place]])));
    expect(pieces.flatMap((piece) => [...piece])).toEqual([...table]);
  }
  const again = shareTable(table, shape, random);
  for (const place of places(6)) expect(again[place]).not.toEqual(shares[place]);
});
