import { expect, test } from "vitest";
import { samePredictions } from "./same-predictions.ts";

test.each([
  [0.9667, 0.9667, 10_000, true],
  [0.9667, 0.9666, 10_000, true],
  [0.9667, 0.9657, 10_000, true],
  [0.9667, 0.9656, 10_000, false],
  [29 / 30, 28 / 30, 30, true],
  [29 / 30, 27 / 30, 30, false],
  [0.96, 0.1, 10_000, false],
])("%d and %d on %d examples", (a, b, examples, same) => {
  expect(samePredictions(a, b, examples)).toBe(same);
  expect(samePredictions(b, a, examples)).toBe(same);
});
