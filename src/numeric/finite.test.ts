import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allFinite } from "./finite.ts";

describe("allFinite", () => {
  it("agrees with a check of every entry", () => {
    // Raw bits: half of these vectors hold no special value, the others some at any place.
    const finite = fc.float({ noNaN: true, noDefaultInfinity: true });
    const any = fc.oneof({ weight: 9, arbitrary: finite }, { weight: 1, arbitrary: fc.float() });
    fc.assert(
      fc.property(fc.oneof(fc.array(finite), fc.array(any)), (values) => {
        expect(allFinite(Float32Array.from(values))).toBe(values.every(Number.isFinite));
      }),
      { numRuns: 2000 },
    );
  });

  it("finds one special value at every place", () => {
    for (const special of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (let length = 1; length < 12; length++) {
        for (let place = 0; place < length; place++) {
          const vector = new Float32Array(length).fill(1);
          vector[place] = special;
          expect(allFinite(vector)).toBe(false);
        }
      }
    }
  });

  it("is not fooled by the largest floats, nor by infinities that cancel", () => {
    const largest = 3.4028234663852886e38;
    expect(allFinite(new Float32Array(10_000).fill(largest))).toBe(true);
    expect(allFinite(Float32Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY))).toBe(false);
    expect(allFinite(Float32Array.of(1e-45, -0))).toBe(true);
    expect(allFinite(new Float32Array(0))).toBe(true);
  });
});
