import { expect, it } from "vitest";
import { silhouette } from "./silhouette.ts";

it("is the mean of the points' silhouettes", () => {
  // By hand: for 0 and 1, a = 1 and b = 9.5 or 8.5; for 9 and 10 the same mirrored.
  const expected = (8.5 / 9.5 + 7.5 / 8.5) / 2;
  expect(silhouette([[0], [1], [9], [10]], [0, 0, 1, 1])).toBeCloseTo(expected, 12);
});

it("counts a point alone as 0", () => {
  expect(silhouette([[0], [1], [9]], [0, 0, 1])).toBeCloseTo((8 / 9 + 7 / 8) / 3, 12);
});
