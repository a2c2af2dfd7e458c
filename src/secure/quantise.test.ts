import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError, RunError } from "../errors.ts";
import { addInto, isField, P31 } from "../numeric/field31.ts";
import { SimulationRandom } from "../numeric/random.ts";
import { dequantise, largestScale, quantise } from "./quantise.ts";

const random = SimulationRandom.fromSeed(1);

describe("largestScale", () => {
  it.each([
    [10, 107374181],
    [100, 10737417],
    [1000, 1073740],
    [10000, 107373],
  ])("%d summands within 1", (summands, scale) => {
    expect(largestScale({ bound: 1, summands })).toBe(scale);
  });

  it("keeps to the budget, and is the largest whole number that does", () => {
    const bound = fc.double({ min: 0.01, max: 1000, noNaN: true });
    fc.assert(
      fc.property(bound, fc.integer({ min: 1, max: 1000 }), (bound, summands) => {
        const scale = largestScale({ bound, summands });
        const within = (c: number) => summands * (c * bound + 1) <= (P31 - 1) / 2;
        expect(within(scale) && !within(scale + 1)).toBe(true);
      }),
    );
  });

  it("refuses what cannot be held", () => {
    expect(largestScale({ bound: 1, summands: 2 ** 29 - 1 })).toBe(1);
    expect(() => largestScale({ bound: 1, summands: 2 ** 29 })).toThrow(InputError);
  });
});

describe("quantise", () => {
  it("errs by less than a step, beyond the bound from the bound", () => {
    const settings = fc.record({
      bound: fc.double({ min: 0.1, max: 100, noNaN: true }),
      summands: fc.integer({ min: 1, max: 10_000 }),
    });
    const values = fc
      .array(fc.float({ noNaN: true, min: -200, max: 200 }))
      .map((list) => Float32Array.from(list));
    fc.assert(
      fc.property(settings, values, fc.integer(), (settings, values, seed) => {
        const scale = largestScale(settings);
        const { bound } = settings;
        const symbols = quantise(values, { bound, scale, random: SimulationRandom.fromSeed(seed) });
        expect(isField(symbols)).toBe(true);
        for (const [i, symbol] of symbols.entries()) {
          const rounded = symbol > (P31 - 1) / 2 ? symbol - P31 : symbol;
          const clipped = Math.min(bound, Math.max(-bound, values[i]));
          expect(Math.abs(rounded - scale * clipped)).toBeLessThan(1);
        }
      }),
    );
  });

  it("draws once for each entry", () => {
    const values = Float32Array.from({ length: 10_000 }, () => 4 * random.uniform() - 2);
    const draws = SimulationRandom.fromSeed(2);
    const expected = Array.from(values, (value) => {
      const below = Math.floor(10 * value);
      const rounded = below + (draws.uniform() < 10 * value - below ? 1 : 0);
      return rounded < 0 ? P31 + rounded : rounded;
    });
    const own = SimulationRandom.fromSeed(2);
    expect([...quantise(values, { bound: 2, scale: 10, random: own })]).toEqual(expected);
    expect(own.bits()).toBe(draws.bits());
  });

  it("is right on average, with the variance of a coin", () => {
    const count = 100_000;
    for (const value of [0.3, -0.3, 1.9, -7.5]) {
      const symbols = quantise(new Float32Array(count).fill(value), { bound: 10, scale: 1, random });
      const values = dequantise(symbols, 1);
      const mean = values.reduce((sum, x) => sum + x, 0) / count;
      const above = value - Math.floor(value);
      const variance = above * (1 - above);
      expect(Math.abs(mean - value)).toBeLessThan(5 * Math.sqrt(variance / count));
      expect(new Set(values)).toEqual(new Set([Math.floor(value), Math.ceil(value)]));
    }
  });

  it("keeps whole numbers, and counts negative ones down from p", () => {
    const symbols = quantise(Float32Array.of(0, -0, 3, -3, 100, -100), { bound: 5, scale: 2, random });
    expect([...symbols]).toEqual([0, 0, 6, P31 - 6, 10, P31 - 10]);
    expect([...dequantise(symbols, 2)]).toEqual([0, 0, 3, -3, 5, -5]);
  });

  it("takes (p - 1) / 2 for the largest number, what follows for the smallest", () => {
    const half = (P31 - 1) / 2;
    expect([...dequantise(Uint32Array.of(half, half + 1), half)]).toEqual([1, -1]);
  });

  it("leaves room for the sum of all at the bound, either side", () => {
    for (const summands of [10, 1000]) {
      const scale = largestScale({ bound: 1, summands });
      const sum = new Uint32Array(2);
      for (let n = 0; n < summands; n++) {
        addInto(sum, quantise(Float32Array.of(1, -1), { bound: 1, scale, random }));
      }
      expect([...dequantise(sum, scale)]).toEqual([summands, -summands]);
    }
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("refuses %d", (value) => {
    expect(() => quantise(Float32Array.of(0, value), { bound: 1, scale: 1, random })).toThrow(RunError);
  });
});
