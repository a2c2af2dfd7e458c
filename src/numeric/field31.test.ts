import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RunError } from "../errors.ts";
import { addInto, inverse, isField, multiply, multiplyMatrix, P31, subtractFrom } from "./field31.ts";
import { reduce31 } from "./field31-reduce.ts";
import { SecureRandom } from "./secure-random.ts";

const P = BigInt(P31);
const element = fc.oneof(
  fc.integer({ min: 0, max: P31 - 1 }),
  fc.constantFrom(0, 1, 2 ** 16, 2 ** 16 - 1, P31 - 2, P31 - 1),
);
const pair = fc.tuple(element, element);

describe("elements", () => {
  it("reduces all integers that a double holds", () => {
    const any = fc.oneof(
      fc.maxSafeNat(),
      fc.tuple(fc.nat(2 ** 22 - 1), fc.constantFrom(0, 1, P31 - 1)).map(([k, rest]) => k * P31 + rest),
    );
    fc.assert(fc.property(any, (x) => reduce31(x) === Number(BigInt(x) % P)));
    expect([P31, 2 ** 31, 2 ** 53 - 1].map(reduce31)).toEqual([0, 1, 2 ** 22 - 1]);
  });

  it("multiplies as big integers do", () => {
    fc.assert(fc.property(pair, ([a, b]) => multiply(a, b) === Number((BigInt(a) * BigInt(b)) % P)));
  });

  it("has inverses", () => {
    fc.assert(fc.property(element, (a) => multiply(a, inverse(a)) === (a === 0 ? 0 : 1)));
  });
});

describe("vectors", () => {
  it("adds, and subtracts again", () => {
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        const a = Uint32Array.from(pairs, ([x]) => x);
        const b = Uint32Array.from(pairs, ([, y]) => y);
        const sum = a.slice();
        addInto(sum, b);
        expect([...sum]).toEqual(pairs.map(([x, y]) => (x + y) % P31));
        subtractFrom(sum, b);
        expect(sum).toEqual(a);
      }),
    );
  });

  it("tells elements from what is too large", () => {
    expect(isField(Uint32Array.of(0, 1, P31 - 1))).toBe(true);
    expect(isField(Uint32Array.of(0, P31, 1))).toBe(false);
    expect(isField(Uint32Array.of(2 ** 32 - 1))).toBe(false);
  });
});

describe("matrices", () => {
  const productOf = (coefficients: Uint32Array, inputs: readonly Uint32Array[]) =>
    Array.from({ length: coefficients.length / inputs.length }, (_, j) =>
      Array.from(inputs[0], (_, k) => {
        const terms = inputs.map((row, i) => BigInt(row[k]) * BigInt(coefficients[j * inputs.length + i]));
        return Number(terms.reduce((a, b) => a + b, 0n) % P);
      }),
    );

  it("multiply as big integers do, whatever the shape", () => {
    const size = fc.integer({ min: 1, max: 9 });
    const shapes = fc
      .tuple(size, fc.nat(9), fc.integer({ min: 0, max: 20 }))
      .chain(([inputs, outputs, columns]) => {
        const row = (length: number) =>
          fc.array(element, { minLength: length, maxLength: length }).map((list) => Uint32Array.from(list));
        const rows = fc.array(row(columns), { minLength: inputs, maxLength: inputs });
        return fc.tuple(row(inputs * outputs), rows);
      });
    fc.assert(
      fc.property(shapes, ([coefficients, inputs]) => {
        const product = multiplyMatrix(coefficients, inputs);
        expect(product.map((row) => [...row])).toEqual(productOf(coefficients, inputs));
      }),
    );
  });

  it("may be wider than what the kernel takes at a time, and views into larger vectors", () => {
    const random = SecureRandom.fromSeed(new Uint8Array(32));
    const inputs = Array.from({ length: 3 }, () => random.field31(2100).subarray(17));
    const coefficients = random.field31(6);
    const product = multiplyMatrix(coefficients, inputs);
    expect(product.map((row) => [...row])).toEqual(productOf(coefficients, inputs));
  });

  it("do not mix rows of different lengths", () => {
    expect(() => multiplyMatrix(Uint32Array.of(1, 1), [new Uint32Array(2), new Uint32Array(1)])).toThrow(
      RunError,
    );
  });
});
