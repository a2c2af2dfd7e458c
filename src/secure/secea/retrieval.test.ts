import { describe, expect, test } from "vitest";
import { RunError } from "../../errors.ts";
import { addInto, P31 } from "../../numeric/field31.ts";
import { SimulationRandom } from "../../numeric/random.ts";
import { SecureRandom } from "../../numeric/secure-random.ts";
import { largestScale } from "../quantise.ts";
import { decodeRows, encodeTable, shareTable } from "./embedding-table.ts";
import { answer, decodeAnswers, shareQueries } from "./retrieval.ts";
import { planShape, type SecEaOptions, type Shape } from "./shape.ts";
import { places, subsets } from "./testing/linear.ts";
import { shareZeroMask } from "./zero-mask.ts";

const UNION = Int32Array.of(3, 4, 8, 11, 12, 20);

/** One round in the clear and in shares: what all places answer to the last client, and what it must learn. */
function round(shape: Shape, rows: Int32Array, seed: number) {
  const secrets = SecureRandom.fromSeed(new Uint8Array(32).fill(seed));
  const random = SimulationRandom.fromSeed(seed);
  const width = shape.width - 1;
  const quantisation = { bound: 1, scale: largestScale({ bound: 1, summands: shape.clients }), random };
  const total = new Uint32Array(UNION.length * shape.width);
  const sums = new Float64Array(UNION.length * width);
  const owners = new Uint32Array(UNION.length);
  const stored = places(shape.clients).map(() => new Uint32Array(UNION.length * shape.piece));
  for (const client of places(shape.clients)) {
    // All own the first entity, one the last.
    const positions = places(UNION.length).filter((row) => row === 0 || (row < 5 && random.uniform() < 0.5));
    if (client === 0) positions.push(5);
    const embeddings = Float32Array.from(
      { length: positions.length * width },
      () => 2 * random.uniform() - 1,
    );
    const owned = Int32Array.from(positions, (row) => UNION[row]);
    const table = encodeTable({ union: UNION, owned, embeddings, width }, quantisation);
    addInto(total, table);
    for (const [place, share] of shareTable(table, shape, secrets).entries()) addInto(stored[place], share);
    for (const [i, row] of positions.entries()) {
      owners[row]++;
      for (let k = 0; k < width; k++) sums[row * width + k] += embeddings[i * width + k];
    }
  }
  const queries = shareQueries(rows, UNION.length, shape, secrets);
  const masks = places(shape.clients).map(() => new Uint32Array(rows.length * shape.piece));
  for (let maker = 0; maker <= shape.colluders; maker++) {
    const shares = shareZeroMask(rows.length * shape.piece, shape, secrets);
    for (const [place, share] of shares.entries()) addInto(masks[place], share);
  }
  const answers = queries.map((query, place) => answer(query, stored[place], masks[place]));
  // Column by column of the sum in the clear.
  const expected = places(shape.width).flatMap((k) =>
    [...rows].map((row) => (row < 0 ? 0 : total[k * UNION.length + row])),
  );
  return { answers, expected: Uint32Array.from(expected), scale: quantisation.scale, sums, owners };
}

const settings: [clients: number, width: number, options: Omit<SecEaOptions, "bound">][] = [
  [1, 2, { colluders: 0, dropouts: 0 }],
  [3, 1, { colluders: 0, dropouts: 0 }],
  [3, 4, { colluders: 1, dropouts: 0 }],
  [5, 1, { colluders: 1, dropouts: 0 }],
  [5, 4, { colluders: 1, dropouts: 0 }],
  [6, 6, { colluders: 1, dropouts: 1 }],
  [7, 3, { colluders: 2, dropouts: 1 }],
  [8, 5, { colluders: 1, dropouts: 3 }],
  [9, 2, { colluders: 1, dropouts: 0, parts: 3 }],
  // More parts than symbols.
  [9, 1, { colluders: 0, dropouts: 0 }],
];

describe.each(settings)("N = %d, d = %d, %j", (clients, width, options) => {
  const shape = planShape(clients, width, { ...options, bound: 1 });
  const rows = Int32Array.of(5, 0, -1, 3, 3);
  const { answers, expected, scale, sums, owners } = round(shape, rows, 10 * clients + width);
  const from = (chosen: readonly number[]) =>
    decodeAnswers(new Map(chosen.map((place) => [place, answers[place]])), shape);

  test("any 2 K + 2 T - 1 answers hold the sum, to the bit", () => {
    for (const chosen of subsets(places(clients), shape.answers)) {
      expect(from(chosen)).toEqual(expected);
      expect(from(chosen.toReversed())).toEqual(expected);
    }
    expect(from(places(clients))).toEqual(expected);
  });

  test("any fewer are too few", () => {
    for (const chosen of subsets(places(clients), shape.answers - 1)) {
      expect(() => from(chosen)).toThrow(RunError);
      expect(() => from(chosen)).toThrow(expect.objectContaining({ code: "secure.too-few-shares" }));
    }
  });

  test("which is the mean over owners, and nothing for rows that were not asked for", () => {
    const decoded = decodeRows(expected, width, scale);
    for (const [i, row] of rows.entries()) {
      expect(decoded.owners[i]).toBe(row < 0 ? 0 : owners[row]);
      for (let k = 0; k < width; k++) {
        const mean = decoded.owners[i] === 0 ? 0 : sums[row * width + k] / owners[row];
        expect(Math.abs(decoded.means[i * width + k] - mean)).toBeLessThan(1 / scale + 2 ** -23);
      }
    }
    expect(decoded.owners[1]).toBe(clients);
    expect(decoded.owners[0]).toBe(1);
  });
});

test("one answer changed changes what is decoded: every one of them counts", () => {
  const shape = planShape(5, 2, { colluders: 1, dropouts: 0, bound: 1 });
  const { answers, expected } = round(shape, Int32Array.of(2), 7);
  for (const place of places(5)) {
    const changed = answers.map((given, j) => (j === place ? given.map((x) => (x + 1) % P31) : given));
    expect(decodeAnswers(new Map(changed.entries()), shape)).not.toEqual(expected);
  }
});

test("queries are drawn anew, and a client's share of one does not show the row", () => {
  const shape = planShape(5, 2, { colluders: 1, dropouts: 0, bound: 1 });
  const random = SecureRandom.fromSeed(new Uint8Array(32));
  const [first, second] = [0, 1].map(() => shareQueries(Int32Array.of(2, 4), 6, shape, random));
  for (const place of places(5)) {
    expect(first[place]).not.toEqual(second[place]);
    expect(new Set(first[place]).size).toBe(12);
  }
});
