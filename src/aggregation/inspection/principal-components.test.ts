import { expect, it } from "vitest";
import { principalComponents } from "./principal-components.ts";

it("finds the widest direction first and keeps lengths", () => {
  // Along (3, 4) / 5 by -10, 0, 10, and across by 1, -2, 1.
  const rows = [
    [-6 - 0.8, -8 + 0.6],
    [1.6, -1.2],
    [6 - 0.8, 8 + 0.6],
  ].map((row) => Float32Array.from(row));
  const points = principalComponents(rows, 10);
  expect(points.map((point) => Math.abs(point[0]))).toEqual([10, 0, 10].map((x) => expect.closeTo(x, 5)));
  expect(points.map((point) => Math.abs(point[1]))).toEqual([1, 2, 1].map((x) => expect.closeTo(x, 5)));
  expect(principalComponents(rows, 1)[0]).toHaveLength(1);
});
