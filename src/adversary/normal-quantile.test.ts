import { expect, test } from "vitest";
import { normalQuantile } from "./normal-quantile.ts";

// Computed with mpmath at 40 digits, from p as a double; both sides of the switches at 0.075 and exp(-25) = 1.4e-11 are there.
test.each([
  [1e-300, -37.0470962993612],
  [1e-20, -9.262340089798407],
  [1e-10, -6.361340902404057],
  [0.001, -3.0902323061678136],
  [0.02425, -1.972961051311885],
  [0.075, -1.439531470938456],
  [0.1, -1.2815515655446004],
  [0.25, -0.6744897501960817],
  [0.4, -0.2533471031357998],
  [0.499999, -2.5066282745665593e-6],
  [0.5, 0],
  [0.923, 1.4255440370804515],
  [0.9251, 1.4402382675279637],
  [0.99, 2.326347874040841],
  [0.999999, 4.753424308817087],
])("the quantile of %f", (p, expected) => {
  expect(Math.abs(normalQuantile(p) - expected)).toBeLessThanOrEqual(2e-15 * Math.abs(expected));
});

test("its ends, and what is no probability", () => {
  expect(normalQuantile(0)).toBe(-Infinity);
  expect(normalQuantile(1)).toBe(Infinity);
  for (const p of [-0.1, 1.1, Number.NaN]) expect(normalQuantile(p)).toBeNaN();
});
