import fc from "fast-check";
import { expect, test } from "vitest";
import { clipToNorm } from "./clip-to-norm.ts";

const norm = (vector: Float32Array) => Math.hypot(...vector);

test("what is short enough stays, what is not keeps its direction", () => {
  const short = Float32Array.of(0.3, -0.4);
  expect(clipToNorm(short, 0.6)).toBe(short);
  const clipped = clipToNorm(Float32Array.of(3, -4), 1);
  expect(clipped[0]).toBeCloseTo(0.6, 6);
  expect(clipped[1]).toBeCloseTo(-0.8, 6);
  expect(clipToNorm(new Float32Array(3), 1)).toEqual(new Float32Array(3));
});

test("never above the norm, whatever 32 bits round to", () => {
  const update = fc.float32Array({ minLength: 1, maxLength: 50, noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(update, fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (vector, limit) => {
      expect(norm(clipToNorm(vector, limit))).toBeLessThanOrEqual(limit);
    }),
    { numRuns: 2000 },
  );
});

test("the largest floats do not overflow, and what is not finite does not become so", () => {
  const huge = new Float32Array(1000).fill(3e38);
  expect(norm(clipToNorm(huge, 1))).toBeCloseTo(1, 5);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(clipToNorm(Float32Array.of(value, 1), 1)[0]).toBeNaN();
  }
});
