import { expect, test } from "vitest";
import { relativeProbability } from "./skellam-law.ts";

/** I_k(mu) / I_0(mu) by mpmath 1.4 with 60 digits. */
test.each([
  [0.001, 2, 1.2499997916667025e-7, 1e-15],
  [0.5, 20, 3.5256346749130487e-31, 1e-15],
  [30, 60, 2.0412356044923746e-22, 1e-15],
  [1000, 100, 0.006749168022372157, 1e-15],
  [4095, 64, 0.6064257422855107, 2e-15],
  [4096, 64, 0.606499805027356, 1e-15],
  [4096, 300, 1.6992090088489826e-5, 1e-15],
  [4096, 768, 6.572075511578583e-32, 2e-14],
  [1e6, 1000, 0.6065305333519965, 1e-15],
  [1e6, 12000, 5.384642611733438e-32, 2e-14],
  [1e13, 9_000_000, 0.017422374639494746, 1e-15],
])("of variance %d, at %d", (variance, k, exact, tolerance) => {
  const probability = relativeProbability(variance, k);
  expect(probability(0)).toBe(1);
  expect(Math.abs(probability(k) / exact - 1)).toBeLessThan(tolerance);
});
