import { expect, test } from "vitest";
import { epsilonOf, gaussianCurve, noiseFor } from "./renyi.ts";

/** By dp-accounting 0.6.0 (RdpAccountant at the same orders, GaussianDpEvent); the last is the exact value. */
test.each([
  [1, 1, 1e-5, 4.752728336819822, 4.377178095681229],
  [1, 30, 1e-5, 40.12663110385034, 37.622456930989564],
  [0.5, 30, 1e-5, 130.12663110385034, 105.87609096636729],
  [2, 100, 1e-6, 37.429216196844386, 35.56634371413615],
  [5, 10, 1e-7, 3.422325848546379, 3.2182088787314096],
  [50, 3, 1e-5, 0.1193394731455225, 0.10716048900361463],
  [0.3, 1, 1e-3, 16.632572028973357, 15.153356399099112],
  [20, 1000, 1e-9, 10.805313429813868, 10.321313596343039],
])("Gaussian noise %d, %d releases, delta %d", (multiplier, releases, delta, expected, exact) => {
  const epsilon = epsilonOf(gaussianCurve(multiplier), { releases, delta });
  expect(epsilon).toBeCloseTo(expected, 10);
  expect(epsilon).toBeGreaterThan(exact);
});

test("nothing released costs nothing, and what hides everything costs nothing either", () => {
  expect(epsilonOf(gaussianCurve(1e-3), { releases: 0, delta: 1e-5 })).toBe(0);
  expect(epsilonOf(gaussianCurve(1e9), { releases: 1, delta: 0.1 })).toBe(0);
});

/** By dp-accounting 0.6.0, calibrate_dp_mechanism. */
test.each([
  [8, 1e-5, 30, 3.4949448684655735],
  [1, 1e-6, 100, 45.30878341595185],
  [2, 1e-5, 1, 2.1496784683765853],
])("the noise for epsilon %d, delta %d, %d releases", (epsilon, delta, releases, expected) => {
  const multiplier = noiseFor({ epsilon, delta, releases });
  expect(multiplier).toBeCloseTo(expected, 6);
  expect(epsilonOf(gaussianCurve(multiplier), { delta, releases })).toBeLessThanOrEqual(epsilon);
});
