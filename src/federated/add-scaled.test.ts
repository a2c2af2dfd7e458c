import { expect, test } from "vitest";
import { addScaled } from "./add-scaled.ts";

test("adds a multiple, rounds once, and leaves its arguments alone", () => {
  const x = Float32Array.of(1, -2, 0.1);
  const y = Float32Array.of(4, 3, 0.2);
  expect(addScaled(x, y, 0.5)).toEqual(Float32Array.of(3, -0.5, Math.fround(0.1) + 0.5 * Math.fround(0.2)));
  expect(x).toEqual(Float32Array.of(1, -2, 0.1));
  expect(y).toEqual(Float32Array.of(4, 3, 0.2));
});
