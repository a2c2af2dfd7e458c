import { expect, test } from "vitest";
import { clipToSpread, meanOf, spreadOf } from "./spread.ts";
import { gap, nineHonest, nineMean } from "./testing/nine-honest.ts";

test("mean and deviation of nine vectors, as NumPy has them", () => {
  expect(gap(Float32Array.from(meanOf(nineHonest)), nineMean)).toBeLessThan(1e-6);
  const { mean, deviation } = spreadOf(nineHonest, 0);
  expect(mean).toEqual(meanOf(nineHonest));
  expect(gap(Float32Array.from(deviation), [0.45587, 0.169902, 0.37697, 0.553597, 0.412179])).toBeLessThan(
    1e-6,
  );
  const sample = spreadOf(nineHonest, 1).deviation;
  expect(gap(Float32Array.from(sample), [0.483523, 0.180208, 0.399837, 0.587178, 0.437182])).toBeLessThan(
    1e-6,
  );
});

test("a single vector has no deviation", () => {
  expect(spreadOf([Float32Array.of(3, 4)], 1)).toEqual({
    mean: Float64Array.of(3, 4),
    deviation: Float64Array.of(0, 0),
  });
});

test("clipping moves a coordinate to the nearer end, and leaves those between alone", () => {
  const spread = { mean: Float64Array.of(1, 1, 1), deviation: Float64Array.of(2, 2, 0) };
  expect(clipToSpread(Float32Array.of(-9, 3.5, 9), spread, 1.5)).toEqual(Float32Array.of(-2, 3.5, 1));
  expect(clipToSpread(Float32Array.of(9, 1, 1), spread, 1.5)).toEqual(Float32Array.of(4, 1, 1));
});
