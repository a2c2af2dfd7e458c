import { expect, test } from "vitest";
import { addInto } from "../../numeric/field31.ts";
import { decodeMeasurements, encodeMeasurement, MEASUREMENT_SYMBOLS } from "./measurement.ts";

type Measurement = { examples: number; accuracy: number; loss: number };

function means(...measurements: readonly Measurement[]) {
  const sum = new Uint32Array(MEASUREMENT_SYMBOLS);
  for (const one of measurements) addInto(sum, encodeMeasurement({ kind: "evaluate", ...one }));
  return decodeMeasurements(sum);
}

test("the mean of one is what it was, to the step", () => {
  for (const [accuracy, loss] of [
    [0.5, 0.25],
    [0, 1],
    [-3.75, 1e6],
    [1, -12.5],
  ]) {
    expect(means({ examples: 7, accuracy, loss })).toEqual({ accuracy, loss });
  }
  const { accuracy, loss } = means({ examples: 1, accuracy: 1 / 3, loss: 2 / 3 });
  expect(Math.abs(accuracy! - 1 / 3)).toBeLessThanOrEqual(2 ** -21);
  expect(Math.abs(loss! - 2 / 3)).toBeLessThanOrEqual(2 ** -21);
});

test("means are weighted by examples, also where signs differ", () => {
  const mixed = means(
    { examples: 1, accuracy: 1, loss: -4 },
    { examples: 3, accuracy: 0.5, loss: 8 },
    { examples: 0, accuracy: Number.NaN, loss: Number.NaN },
  );
  expect(mixed).toEqual({ accuracy: 0.625, loss: 5 });
});

test("sums of as many clients as there can be fit the field", () => {
  const one = { examples: 1e9, accuracy: -4, loss: 4 };
  const sum = new Uint32Array(MEASUREMENT_SYMBOLS);
  const symbols = encodeMeasurement({ kind: "evaluate", ...one });
  for (let client = 0; client < 2 ** 16; client++) addInto(sum, symbols);
  expect(decodeMeasurements(sum)).toEqual({ accuracy: -4, loss: 4 });
});

test("what is too large or no number counts as the largest, and spoils nothing else", () => {
  for (const loss of [Number.POSITIVE_INFINITY, Number.NaN, 1e300]) {
    expect(means({ examples: 2, accuracy: 0.5, loss })).toEqual({ accuracy: 0.5, loss: 2 ** 31 });
  }
});

test("without examples there are no means", () => {
  expect(means({ examples: 0, accuracy: 1, loss: 1 })).toEqual({});
});
