import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gram, squaredDistances, squaredDistancesTo, squaredNorms } from "./distances.ts";
import { SimulationRandom } from "./random.ts";

/** 1 to 14 rows of 1 to 40 entries. */
function matricesOf(value: fc.Arbitrary<number>): fc.Arbitrary<Float32Array[]> {
  return fc.tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 40 })).chain(([n, d]) =>
    fc.array(
      fc.array(value, { minLength: d, maxLength: d }).map((row) => Float32Array.from(row)),
      { minLength: n, maxLength: n },
    ),
  );
}

const ordinary = matricesOf(fc.float({ noNaN: true, min: -1000, max: 1000 }));

/** From the smallest float to the largest. */
const extreme = matricesOf(
  fc
    .tuple(fc.float({ noNaN: true, min: -1, max: 1 }), fc.constantFrom(1e-45, 1e-30, 1, 1e20, 3e38))
    .map(([value, size]) => value * size),
);

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

const minus = (a: Float32Array, b: Float32Array) => Float64Array.from(a, (value, k) => value - b[k]);

function expectClose(actual: number, expected: number, scale = Math.abs(expected)): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-5 * scale);
}

test.each([
  { what: "ordinary numbers", matrices: ordinary },
  { what: "numbers of all sizes", matrices: extreme },
])("$what: distances, norms and inner products are those of the definition", ({ matrices }) => {
  fc.assert(
    fc.property(matrices, (rows) => {
      const n = rows.length;
      const distances = squaredDistances(rows);
      const products = gram(rows);
      const norms = squaredNorms(rows);
      const toFirst = squaredDistancesTo(rows, rows[0]);
      for (let i = 0; i < n; i++) {
        const norm = dot(rows[i], rows[i]);
        expectClose(norms[i], norm);
        for (let j = 0; j < n; j++) {
          const difference = minus(rows[i], rows[j]);
          const distance = dot(difference, difference);
          if (distance > 2 ** -90) expectClose(distances[i * n + j], distance);
          else expect(distances[i * n + j]).toBeLessThan(2 ** -89);
          expect(distances[i * n + j]).toBe(distances[j * n + i]);
          const scale = Math.sqrt(norm * dot(rows[j], rows[j]));
          expectClose(products[i * n + j], dot(rows[i], rows[j]), scale);
          expect(products[i * n + j]).toBe(products[j * n + i]);
        }
        const fromFirst = minus(rows[i], rows[0]);
        expectClose(toFirst[i], dot(fromFirst, fromFirst));
      }
    }),
    { numRuns: 300 },
  );
});

describe("squaredDistances", () => {
  test("crosses panels, and does not lose what is close together far from row 0", () => {
    // Rows around three places; those of one place differ by a thousandth of the places' distance.
    const places = [0, 1, 2].map((k) => noise(1, 2500, k)[0]);
    const rows = Array.from({ length: 10 }, (_, i) => {
      const [own] = noise(1, 2500, 10 + i);
      return places[i % 3].map((value, j) => value + own[j] / 1000);
    });
    const distances = squaredDistances(rows);
    for (let i = 0; i < 10; i++) {
      for (let j = 0; j < 10; j++) {
        const difference = minus(rows[i], rows[j]);
        expectClose(distances[i * 10 + j], dot(difference, difference));
      }
    }
  });

  test("a huge row 0 does not spoil the others' distances, nor do equal rows", () => {
    const honest = noise(5, 1500, 1);
    const huge = new Float32Array(1500).fill(1e30);
    const rows = [huge, ...honest, honest[2].slice(), huge.slice()];
    const distances = squaredDistances(rows);
    const [a, b] = [minus(honest[0], honest[1]), minus(huge, honest[0])];
    expectClose(distances[8 + 2], dot(a, a));
    expectClose(distances[1], dot(b, b));
    expect(distances[3 * 8 + 6]).toBe(0);
    expect(distances[7]).toBe(0);
  });

  test("distances may be as small as squares of the smallest floats", () => {
    const rows = [1, 2, 4].map((value) => Float32Array.of(1e-44 * value, 3e-40 * value, 0));
    const distances = squaredDistances(rows);
    expectClose(distances[5], 4 * distances[1]);
    expectClose(distances[1], rows[0][1] ** 2);
  });

  test("a pair's bits depend on its rows and row 0 alone", () => {
    const rows = noise(9, 3000, 5);
    const all = squaredDistances(rows);
    const some = squaredDistances([rows[0], rows[7], rows[4]]);
    expect(some[1]).toBe(all[7]);
    expect(some[5]).toBe(all[4 * 9 + 7]);
  });
});

function noise(n: number, d: number, seed: number): Float32Array[] {
  const random = SimulationRandom.fromSeed(seed);
  return Array.from({ length: n }, () => Float32Array.from({ length: d }, () => random.normal()));
}
