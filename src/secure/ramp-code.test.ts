import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError, RunError } from "../errors.ts";
import { addInto, P31 } from "../numeric/field31.ts";
import { SecureRandom } from "../numeric/secure-random.ts";
import { joinPieces, type RampCodeOptions, rampCode, splitIntoPieces } from "./ramp-code.ts";
import { gf, type Matrix } from "./testing/gf.ts";
import { leakedDimensions } from "./testing/gf-leak.ts";
import { gfLagrange, gfRampCode } from "./testing/gf-ramp-code.ts";

const options: fc.Arbitrary<RampCodeOptions> = fc
  .record({
    data: fc.integer({ min: 1, max: 4 }),
    noise: fc.nat(3),
    spare: fc.nat(3),
    basis: fc.constantFrom("lagrange", "monomial"),
  })
  .map(({ spare, ...rest }) => ({ receivers: rest.data + rest.noise + spare, ...rest }));
const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((seed) => SecureRandom.fromSeed(seed));

/** All ways to choose `count` of 0..n-1. */
function subsets(n: number, count: number): number[][] {
  if (count === 0) return [[]];
  return Array.from({ length: n }, (_, last) =>
    subsets(last, count - 1).map((rest) => [...rest, last]),
  ).flat();
}

function rowsOf(matrix: Uint32Array, columns: number): number[][] {
  return Array.from({ length: matrix.length / columns }, (_, j) => [
    ...matrix.subarray(j * columns, (j + 1) * columns),
  ]);
}

/** What the receivers see of one encoding, each piece a single symbol. */
function viewOf(code: RampCodeOptions, receivers: readonly number[]): { inputs: Matrix; noise: Matrix } {
  const rows = rowsOf(rampCode(code).encodeMatrix, code.data + code.noise);
  const seen = receivers.map((receiver) => rows[receiver]);
  return {
    inputs: seen.map((row) => row.slice(0, code.data)),
    noise: seen.map((row) => row.slice(code.data)),
  };
}

describe("vectors over GF(11), worked out elsewhere", () => {
  const digits = (row: string) => row.split(" ").map(Number);
  const encode = (basis: "lagrange" | "monomial", data: string, noise: number) => {
    const pieces = [...digits(data), noise].map((piece) => Uint32Array.of(piece));
    return gfRampCode(11, { receivers: 4, data: 2, noise: 1, basis })
      .encode(pieces)
      .map(([share]) => share);
  };
  const users: [data: string, noise: number, lagrange: string, monomial: string][] = [
    ["3 1", 2, "8 5 5 8", "6 2 2 6"],
    ["4 1", 7, "7 1 4 5", "1 1 4 10"],
    ["5 9", 1, "1 9 5 0", "4 5 8 2"],
    ["2 6", 8, "10 0 10 7", "5 2 4 0"],
    ["5 3", 2, "1 6 1 8", "10 8 10 5"],
    ["5 8", 8, "7 0 1 10", "10 9 2 0"],
    ["9 7", 1, "10 2 1 7", "6 5 6 9"],
    ["9 3", 8, "0 5 10 4", "9 3 2 6"],
  ];

  it.each(users)("shares of %s with noise %d", (data, noise, lagrange, monomial) => {
    expect(encode("lagrange", data, noise)).toEqual(digits(lagrange));
    expect(encode("monomial", data, noise)).toEqual(digits(monomial));
  });

  it.each([
    ["lagrange", "0 6 4 5"],
    ["monomial", "7 2 5 5"],
  ] as const)("the sum of all, from any three shares of basis %s", (basis, final) => {
    const sums = users.map((user) => digits(user[basis === "lagrange" ? 2 : 3]));
    expect([0, 1, 2, 3].map((j) => sums.reduce((sum, shares) => sum + shares[j], 0) % 11)).toEqual(
      digits(final),
    );
    const code = gfRampCode(11, { receivers: 4, data: 2, noise: 1, basis });
    for (const receivers of subsets(4, 3)) {
      const shares = new Map(receivers.map((j) => [j, Uint32Array.of(digits(final)[j])]));
      expect(code.decode(shares)).toEqual([Uint32Array.of(9), Uint32Array.of(5)]);
    }
  });

  it("matrices", () => {
    expect(rowsOf(gfRampCode(11, { receivers: 4, data: 2, noise: 1 }).encodeMatrix, 3)).toEqual(
      ["4 9 10", "10 7 6", "6 3 3", "3 8 1"].map(digits),
    );
    expect(gfLagrange(11, [1, 2, 3], [5, 6, 7])).toEqual(["3 3 6", "6 7 10", "10 9 4"].map(digits));
    expect(rowsOf(gfRampCode(11, { receivers: 5, data: 2, noise: 1 }).encodeMatrix, 3)).toEqual(
      ["10 9 4", "4 9 10", "10 7 6", "6 3 3", "3 8 1"].map(digits),
    );
    expect(gfLagrange(11, [1, 2, 3, 4, 5], [6, 7])).toEqual(["1 6 10 1 5", "5 9 1 4 4"].map(digits));
  });
});

describe("the code in the field of 2^31 - 1", () => {
  it("is the same construction", () => {
    fc.assert(
      fc.property(options, seeds, fc.infiniteStream(fc.nat()), (code, random, order) => {
        const fast = rampCode(code);
        const slow = gfRampCode(P31, code);
        expect(fast.encodeMatrix).toEqual(slow.encodeMatrix);
        const receivers = Array.from({ length: code.receivers }, (_, j) => j)
          .map((j) => ({ j, at: order.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ j }) => j)
          .slice(0, code.data + code.noise);
        expect(fast.decodeMatrix(receivers)).toEqual(slow.decodeMatrix(receivers));
        const pieces = Array.from({ length: code.data + code.noise }, () => random.field31(3));
        expect(fast.encode(pieces)).toEqual(slow.encode(pieces));
      }),
      { numRuns: 60 },
    );
  });

  it("gives the sum of data back from the sums of any K + T shares, and from more", () => {
    fc.assert(
      fc.property(options, seeds, (code, random) => {
        const { encode, decode } = rampCode(code);
        const draw = () => Array.from({ length: code.data + code.noise }, () => random.field31(3));
        const [pieces, others] = [draw(), draw()];
        const shares = encode(pieces);
        for (const [j, share] of encode(others).entries()) addInto(shares[j], share);
        for (const [i, piece] of others.entries()) addInto(pieces[i], piece);
        const sums = pieces.slice(0, code.data);
        for (const receivers of subsets(code.receivers, code.data + code.noise)) {
          expect(decode(new Map(receivers.map((j) => [j, shares[j]])))).toEqual(sums);
        }
        expect(decode(new Map([...shares.entries()].reverse()))).toEqual(sums);
      }),
      { numRuns: 60 },
    );
  });

  it.each(["lagrange", "monomial"] as const)("with 200 receivers, basis %s", (basis) => {
    const random = SecureRandom.fromSeed(new Uint8Array(32));
    const { encode, decode } = rampCode({ receivers: 200, data: 40, noise: 100, basis });
    const pieces = Array.from({ length: 140 }, () => random.field31(5));
    const shares = new Map([...encode(pieces).entries()].slice(60));
    expect(decode(shares)).toEqual(pieces.slice(0, 40));
  });

  it("refuses what cannot be", () => {
    const refused = { receivers: 3, data: 1, noise: 2 };
    expect(() => rampCode(refused)).not.toThrow();
    for (const change of [{ receivers: 2 }, { data: 0 }, { noise: -1 }]) {
      expect(() => rampCode({ ...refused, ...change })).toThrow(InputError);
    }
    const shares = new Map([0, 2].map((j) => [j, new Uint32Array(1)]));
    expect(() => rampCode(refused).decode(shares)).toThrow(RunError);
  });
});

describe("privacy", () => {
  const codes: RampCodeOptions[] = (["lagrange", "monomial"] as const).flatMap((basis) => [
    { receivers: 4, data: 2, noise: 1, basis },
    { receivers: 6, data: 2, noise: 3, basis },
    { receivers: 7, data: 4, noise: 2, basis },
  ]);
  const nothing = (columns: number): Matrix => [Array(columns).fill(0)];

  it.each(codes)(
    "any T shares are uniform: their noise is invertible ($receivers $data $noise $basis)",
    (code) => {
      for (const receivers of subsets(code.receivers, code.noise)) {
        const view = viewOf(code, receivers);
        expect(gf(P31).rank(view.noise)).toBe(code.noise);
        expect(leakedDimensions(gf(P31), view, nothing(code.data))).toBe(0);
      }
    },
  );

  it.each(codes)("each share beyond T tells one symbol ($receivers $data $noise $basis)", (code) => {
    for (let more = 1; more <= code.data; more++) {
      for (const receivers of subsets(code.receivers, code.noise + more)) {
        expect(leakedDimensions(gf(P31), viewOf(code, receivers), nothing(code.data))).toBe(more);
      }
    }
  });

  it("would be seen to be lost: without noise, or where a receiver's point is a piece's", () => {
    const view = viewOf(codes[0], [2]);
    const silent = { ...view, noise: view.noise.map((row) => row.map(() => 0)) };
    expect(leakedDimensions(gf(P31), silent, nothing(2))).toBe(1);
    const [overlap] = gfLagrange(P31, [1, 6, 7], [1]);
    const shown = { inputs: [overlap.slice(0, 2)], noise: [overlap.slice(2)] };
    expect(leakedDimensions(gf(P31), shown, nothing(2))).toBe(1);
    // What may be known is not counted.
    expect(leakedDimensions(gf(P31), shown, [[5, 0]])).toBe(0);
  });
});

it("pieces are joined to what was split, whatever the lengths", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(P31 - 1)), fc.integer({ min: 1, max: 12 }), (list, count) => {
      const vector = Uint32Array.from(list);
      const pieces = splitIntoPieces(vector, count);
      expect(pieces.map(({ length }) => length)).toEqual(Array(count).fill(Math.ceil(list.length / count)));
      expect(joinPieces(pieces, vector.length)).toEqual(vector);
      expect(pieces.flatMap((piece) => [...piece]).slice(vector.length)).toEqual(
        Array(pieces.length * pieces[0].length - vector.length).fill(0),
      );
    }),
  );
});
