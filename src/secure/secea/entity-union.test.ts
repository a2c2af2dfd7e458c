import { describe, expect, test } from "vitest";
import { RunError } from "../../errors.ts";
import { addInto, P31 } from "../../numeric/field31.ts";
import { SecureRandom } from "../../numeric/secure-random.ts";
import { gf } from "../testing/gf.ts";
import { leakedDimensions } from "../testing/gf-leak.ts";
import { presence, unionOf } from "./entity-union.ts";
import { planShape, type Shape } from "./shape.ts";
import { places, subsets, transposed, unit } from "./testing/linear.ts";
import { scripted } from "./testing/scripted.ts";
import { decodeSums, shareVector } from "./vector-shares.ts";

const secrets = (seed: number) => SecureRandom.fromSeed(new Uint8Array(32).fill(seed));
const sum = (vectors: readonly Uint32Array[]) => {
  const total = new Uint32Array(vectors[0].length);
  for (const vector of vectors) addInto(total, vector);
  return total;
};

test("the union is found from any K + T sums of shares, and from no fewer", () => {
  const owned = [[0, 3], [3, 9, 12], [], [12], [1, 3]].map((list) => Int32Array.from(list));
  const shape = planShape(5, 1, { colluders: 1, dropouts: 0, bound: 1 });
  const random = secrets(1);
  const vectors = owned.map((entities) => presence(entities, 13, random));
  const shares = vectors.map((vector) => shareVector(vector, shape, random));
  const sums = places(5).map((place) => sum(shares.map((of) => of[place])));
  const from = (chosen: readonly number[]) =>
    decodeSums(new Map(chosen.map((place) => [place, sums[place]])), shape, 13);
  for (const chosen of subsets(places(5), 3)) {
    expect(from(chosen)).toEqual(sum(vectors));
    expect(unionOf(from(chosen))).toEqual(Int32Array.of(0, 1, 3, 9, 12));
  }
  expect(() => from([0, 4])).toThrow(RunError);
});

test("an owner's symbols are fresh, and zero where it owns nothing", () => {
  const random = secrets(2);
  const [first, second] = [random, random].map((of) => presence(Int32Array.of(2, 5), 7, of));
  for (const vector of [first, second]) expect([...unionOf(vector)]).toEqual([2, 5]);
  expect(new Set([first[2], first[5], second[2], second[5]]).size).toBe(4);
});

describe("multiplicity is hidden", () => {
  const ENTITIES = 32_000;
  const BINS = 64;
  /** Quantile 0.9999 of chi-square with 63 degrees of freedom. */
  const UNLIKELY = 112;
  const all = Int32Array.from(places(ENTITIES));
  const histogram = (symbols: Uint32Array) => {
    const counts = new Float64Array(BINS);
    for (const symbol of symbols) counts[Math.floor((symbol / P31) * BINS)]++;
    return counts;
  };
  const summed = (owners: number, seed: number) => {
    const random = secrets(seed);
    return sum(places(owners).map(() => presence(all, ENTITIES, random)));
  };

  test.each([
    [1, 11],
    [5, 12],
  ])("sums of %d owners' symbols are uniform (seed %d)", (owners, seed) => {
    const expected = ENTITIES / BINS;
    const distance = histogram(summed(owners, seed)).reduce((d, n) => d + (n - expected) ** 2 / expected, 0);
    expect(distance).toBeLessThan(UNLIKELY);
    // Neither is it too good to be true.
    expect(distance).toBeGreaterThan(25);
  });

  test("one owner and five look the same; symbols that are not uniform would not (seeds 13 and 14)", () => {
    const distance = (a: Float64Array, b: Float64Array) =>
      a.reduce((d, n, i) => d + (n - b[i]) ** 2 / Math.max(1, n + b[i]), 0);
    const ones = summed(1, 13);
    expect(distance(histogram(ones), histogram(summed(5, 14)))).toBeLessThan(UNLIKELY);
    // As if each owner drew below p / 5.
    const small = ones.map((symbol) => Math.floor(symbol / 5));
    const several = sum(
      places(5).map((seed) => summed(1, 20 + seed).map((symbol) => Math.floor(symbol / 5))),
    );
    expect(distance(histogram(small), histogram(several))).toBeGreaterThan(10 * UNLIKELY);
  });
});

describe("of presence, server and colluders learn the sum and nothing else", () => {
  const ENTITIES = 5;

  /** They see the shares that honest clients send to the coalition, and the sums that everyone sends to the server. */
  const leaked = (shape: Shape, coalition: readonly number[], noisy = true) => {
    const honest = places(shape.clients).filter((n) => !coalition.includes(n));
    const noiseLength = Math.ceil(ENTITIES / shape.parts);
    const see = (who: number, symbols: Uint32Array, noise: Uint32Array) => {
      const random = scripted(
        places(shape.colluders).map((t) => noise.slice(t * noiseLength, (t + 1) * noiseLength)),
      );
      const shares = shareVector(symbols, shape, random);
      const held = honest.flatMap((n) =>
        coalition.flatMap((j) => [...shares[j].map((x) => (n === who ? x : 0))]),
      );
      return [...held, ...shares.flatMap((share) => [...share])];
    };
    const noiseSymbols = noisy ? shape.colluders * noiseLength : 0;
    const silence = new Uint32Array(shape.colluders * noiseLength);
    const inputs = honest.flatMap((n) => places(ENTITIES).map((i) => see(n, unit(ENTITIES, i), silence)));
    const noise = honest.flatMap((n) =>
      places(noiseSymbols).map((i) => see(n, new Uint32Array(ENTITIES), unit(silence.length, i))),
    );
    const rows = inputs[0].length;
    const allowed = places(ENTITIES).map((i) => honest.flatMap(() => [...unit(ENTITIES, i)]));
    const view = { inputs: transposed(inputs, rows), noise: transposed(noise, rows) };
    return leakedDimensions(gf(P31), view, allowed);
  };

  test.each([
    [5, 1, 0],
    [6, 1, 1],
    [7, 2, 0],
  ])("N = %d, T = %d, D = %d", (clients, colluders, dropouts) => {
    const shape = planShape(clients, 1, { colluders, dropouts, bound: 1 });
    for (let size = 0; size <= colluders; size++) {
      for (const coalition of subsets(places(clients), size)) expect(leaked(shape, coalition)).toBe(0);
    }
    expect(leaked(shape, places(colluders + 1))).toBeGreaterThan(0);
    expect(leaked(shape, [0], false)).toBeGreaterThan(0);
  });
});
