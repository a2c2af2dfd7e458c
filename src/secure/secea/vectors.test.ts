/** SecEA worked out by hand in the field of 11 elements: N = 5, T = 1, K = 2, d = 1; three entities, A, B and C. */
import { describe, expect, test } from "vitest";
import { P31 } from "../../numeric/field31.ts";
import { SecureRandom } from "../../numeric/secure-random.ts";
import { joinPieces, splitIntoPieces } from "../ramp-code.ts";
import { gfLagrange, gfRampCode } from "../testing/gf-ramp-code.ts";
import { gfSecEa } from "../testing/gf-secea.ts";
import { unionOf } from "./entity-union.ts";
import { planShape, type Shape } from "./shape.ts";
import { scriptedSecEa } from "./testing/scripted.ts";

const P = 11;
const shape = planShape(5, 1, { colluders: 1, dropouts: 0, bound: 1 });
const oracle = gfSecEa(P, shape);

/** Values of A, B and C (null: not owned), noise. */
const CLIENTS = [
  { values: [3, 4, null], noise: [5, 8, 1] },
  { values: [null, 9, null], noise: [2, 6, 9] },
  { values: [null, 2, 7], noise: [0, 4, 3] },
  { values: [5, null, null], noise: [10, 7, 2] },
  { values: [null, null, 1], noise: [6, 1, 8] },
];
const sum = (vectors: readonly Uint32Array[]) =>
  vectors.reduce((total, vector) => total.map((entry, i) => (entry + vector[i]) % P));
const shared = CLIENTS.map(({ values, noise }) => {
  const table = [...values.map((value) => value ?? 0), ...values.map((value) => Number(value !== null))];
  return oracle.shareTable(Uint32Array.from(table), [Uint32Array.from(noise)]);
});
const stored = [0, 1, 2, 3, 4].map((place) => sum(shared.map((shares) => shares[place])));
const lists = (vectors: readonly Uint32Array[]) => vectors.map((vector) => [...vector]);

describe("the worked example", () => {
  test("sizes", () => {
    expect(shape).toEqual({
      ...{ clients: 5, colluders: 1, dropouts: 0, parts: 2 },
      ...{ answers: 5, width: 2, piece: 1 },
    });
  });

  test("matrices", () => {
    expect(gfLagrange(P, [6, 7, 8], [1, 2, 3, 4, 5])).toEqual([
      [10, 9, 4],
      [4, 9, 10],
      [10, 7, 6],
      [6, 3, 3],
      [3, 8, 1],
    ]);
    expect(gfLagrange(P, [1, 2, 3, 4, 5], [6, 7])).toEqual([
      [1, 6, 10, 1, 5],
      [5, 9, 1, 4, 4],
    ]);
  });

  test("shares and their sums", () => {
    expect(shared[0].map(([a]) => a)).toEqual([4, 5, 1, 3, 0]);
    expect(shared[0].map(([, , c]) => c)).toEqual([4, 10, 6, 3, 1]);
    expect(lists(stored)).toEqual([
      [3, 6, 3],
      [5, 6, 5],
      [1, 8, 1],
      [2, 1, 2],
      [8, 7, 8],
    ]);
  });

  test("client 1 asks for B", () => {
    const queries = oracle.shareQueries(Int32Array.of(1), 3, [Uint32Array.of(4, 10, 6)]);
    expect(lists(queries)).toEqual([
      [5, 4, 2],
      [7, 3, 5],
      [2, 0, 3],
      [1, 6, 7],
      [4, 10, 6],
    ]);
    const answersWith = (masks: readonly Uint32Array[]) =>
      queries.map((query, place) => oracle.answer(query, stored[place], masks[place]));
    const bare = answersWith(Array(5).fill(new Uint32Array(1)));
    expect(bare.map(([symbol]) => symbol)).toEqual([1, 1, 5, 0, 7]);
    // (x - 6) (x - 7) (2 + 9 x + 5 x^2)
    const masks = oracle.shareZeroMask([2, 9, 5].map((coefficient) => Uint32Array.of(coefficient)));
    expect(masks.map(([symbol]) => symbol)).toEqual([7, 8, 8, 4, 3]);
    const masked = answersWith(masks);
    expect(masked.map(([symbol]) => symbol)).toEqual([8, 9, 2, 4, 10]);
    // 4 + 9 + 2 of three owners.
    for (const answers of [bare, masked]) {
      expect([...oracle.decodeAnswers(new Map(answers.entries()))]).toEqual([4, 3]);
    }
  });

  test("a mask's values at three further points say as much as its coefficients", () => {
    // (x - 6) (x - 7) (2 + 9 x + 5 x^2) at 8, 9 and 10.
    const values = [8, 9, 10].map((x) => Uint32Array.of(((x - 6) * (x - 7) * (2 + 9 * x + 5 * x * x)) % P));
    const code = gfRampCode(P, { receivers: 5, data: 2, noise: 3 });
    const zero = new Uint32Array(1);
    expect(code.encode([zero, zero, ...values]).map(([symbol]) => symbol)).toEqual([7, 8, 8, 4, 3]);
  });

  test("the union", () => {
    const present = [
      [7, 2, 0, 0, 0],
      [0, 9, 0, 0, 0],
      [0, 3, 6, 0, 0],
      [8, 0, 0, 0, 0],
      [0, 0, 10, 0, 0],
    ].map((symbols) => Uint32Array.from(symbols));
    const code = gfRampCode(P, { receivers: 5, data: 2, noise: 1 });
    const shares = present.map((symbols, n) => {
      const noise = Uint32Array.of(n, 2 * n, 3 * n);
      return code.encode([...splitIntoPieces(symbols, 2), noise]);
    });
    const sums = [4, 0, 2].map((place) => [place, sum(shares.map((of) => of[place]))] as const);
    const decoded = joinPieces(code.decode(new Map(sums)), 5);
    expect([...decoded]).toEqual([4, 3, 5, 0, 0]);
    expect([...unionOf(decoded)]).toEqual([0, 1, 2]);
  });
});

describe("in the field of 2^31 - 1 the same construction", () => {
  const settings: [clients: number, width: number, colluders: number, dropouts: number, parts?: number][] = [
    [5, 1, 1, 0],
    [5, 4, 1, 1],
    [7, 3, 2, 0],
    [8, 5, 1, 1, 2],
    [4, 2, 0, 0],
    [9, 6, 2, 0],
  ];

  test.each(settings)(
    "N = %d, d = %d, T = %d, D = %d, K = %s",
    (clients, width, colluders, dropouts, parts) => {
      const options = { colluders, dropouts, bound: 1, ...(parts === undefined ? {} : { parts }) };
      const planned: Shape = planShape(clients, width, options);
      const fast = scriptedSecEa(planned);
      const slow = gfSecEa(P31, planned);
      const random = SecureRandom.fromSeed(new Uint8Array(32).fill(clients));
      const draw = (count: number, length: number) =>
        Array.from({ length: count }, () => random.field31(length));
      const [union, rows] = [6, Int32Array.of(4, 0, -1, 4)];

      const table = random.field31(union * planned.width);
      const noise = draw(colluders, union * planned.piece);
      const tables = fast.shareTable(table, noise);
      expect(tables).toEqual(slow.shareTable(table, noise));

      const queryNoise = draw(colluders, union * rows.length);
      const queries = fast.shareQueries(rows, union, queryNoise);
      expect(queries).toEqual(slow.shareQueries(rows, union, queryNoise));

      const coefficients = draw(planned.answers - planned.parts, rows.length * planned.piece);
      const masks = slow.shareZeroMask(coefficients);
      const answers = queries.map((query, j) => fast.answer(query, tables[j], masks[j]));
      expect(answers).toEqual(queries.map((query, j) => slow.answer(query, tables[j], masks[j])));
      const enough = new Map(
        answers.slice(-planned.answers).map((answer, j) => [j + clients - planned.answers, answer]),
      );
      expect(fast.decodeAnswers(enough)).toEqual(slow.decodeAnswers(enough));
    },
  );
});
