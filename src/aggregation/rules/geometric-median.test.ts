import { describe, expect, it } from "vitest";
import {
  forRandomRows,
  itFollowsShiftAndScale,
  itIgnoresOrder,
  itIsRobust,
  itReturnsWhatTheHonestAgreeOn,
  majority,
  q,
} from "../testing/properties.ts";
import { elevenRows, expectClose, normalRows } from "../testing/rows.ts";
import { squaredDistance } from "../testing/slow-rules.ts";
import { geometricMedian, geometricMedianRule } from "./geometric-median.ts";

const subject = (rows: readonly Float32Array[], byzantine: number) => geometricMedian(rows, { byzantine });

/** The length of the sum of unit vectors from `center` to the rows, and how many rows lie at `center`. */
function pull(rows: readonly Float32Array[], center: Float32Array): { length: number; holding: number } {
  const sum = new Float64Array(center.length);
  let holding = 0;
  for (const row of rows) {
    const distance = Math.sqrt(squaredDistance(row, center));
    if (distance < 1e-5) holding++;
    else
      row.forEach((x, j) => {
        sum[j] += (x - center[j]) / distance;
      });
  }
  return { length: Math.hypot(...sum), holding };
}

describe("geometric median", () => {
  it("combines eleven updates as numpy does", () => {
    const result = geometricMedian(elevenRows);
    expectClose(result, [0.910206, -0.517813, 0.449651, 1.742111, -1.554374]);
    const sum = elevenRows.reduce((held, row) => held + Math.sqrt(squaredDistance(row, result)), 0);
    expect(sum).toBeCloseTo(16.021218, 5);
  });

  it("stops early where the presets do", () => {
    const byzfl = [0.913827, -0.515452, 0.439606, 1.732967, -1.554043];
    expectClose(geometricMedian(elevenRows, { preset: "byzfl" }), byzfl);
    const rfa = [0.91257, -0.517039, 0.448399, 1.740572, -1.555296];
    expectClose(geometricMedian(elevenRows, { preset: "rfa" }), rfa);
  });

  it("takes all steps of ByzFL's, though the smoothing may let the sum of distances grow", () => {
    const rows = [0, 0, 0.15].map((x) => Float32Array.of(x));
    // By hand: from 0 by weights of 10, 10 and 1 / |0.15 - z|.
    let z = 0;
    for (let step = 0; step < 3; step++) z = 0.15 / (1 + 20 * (0.15 - z));
    expect(geometricMedian(rows, { preset: "byzfl" })[0]).toBeCloseTo(z, 6);
  });

  it("balances the pull of the updates: nothing is nearer to all", () => {
    forRandomRows({ f: [0], needs: () => 3 }, ({ rows }) => {
      const { length, holding } = pull(rows, geometricMedian(rows));
      // On a line of evenly many points any point between the middle two will do.
      expect(length).toBeLessThan(holding + 1e-3);
    });
  });

  it("leaves a start that is an update but not the geometric median", () => {
    // The median of each entry is (0, 0), a row; the pull of the others on it is 1.2, stronger than its hold of 1.
    const rows = [
      [0, 0],
      [4, -3],
      [4, 3],
      [-1, 10],
      [-1, -10],
    ].map((row) => Float32Array.from(row));
    const result = geometricMedian(rows);
    expect(result[0]).toBeGreaterThan(0.01);
    expect(pull(rows, result).length).toBeLessThan(1e-5);
  });

  it("finds the point of Fermat of a triangle", () => {
    // Torricelli: of an equilateral triangle it is the centre; with an angle of 120 degrees or more, that corner.
    const height = Math.sqrt(3) / 2;
    const equilateral = [Float32Array.of(0, 0), Float32Array.of(1, 0), Float32Array.of(0.5, height)];
    expectClose(geometricMedian(equilateral), [0.5, height / 3], 1e-6);
    const obtuse = [Float32Array.of(0, 0.1), Float32Array.of(-1, 0), Float32Array.of(1, 0)];
    expectClose(geometricMedian(obtuse), [0, 0.1], 1e-6);
  });

  it("stays within the ball of the honest updates when f are huge", () => {
    forRandomRows(majority, ({ f, rows, random }) => {
      const huge = rows[0].map(() => 1e30 * random.normal());
      const honest = rows.slice(f);
      const result = subject([...honest, ...Array.from({ length: f }, () => huge)], f);
      // With a share 1 - a > 1/2 of points within r of c, it is within 2 (1 - a) / (1 - 2a) r of c.
      const center = honest[0];
      const radius = Math.sqrt(Math.max(...honest.map((row) => squaredDistance(row, center))));
      const a = f / rows.length;
      const reach = ((2 * (1 - a)) / (1 - 2 * a)) * radius;
      expect(Math.sqrt(squaredDistance(result, center))).toBeLessThanOrEqual(reach + 1e-5);
    });
  });

  it("is the same from far away", () => {
    const rows = normalRows(3, 9, 6);
    const far = rows.map((row) => row.map((x) => x + 64));
    const moved = geometricMedian(rows).map((x) => x + 64);
    expectClose(geometricMedian(far), moved, 1e-5);
  });

  it("asks for an honest majority where f is given", () => {
    expect(geometricMedianRule({ byzantine: 2 })).toMatchObject({ needs: 5, condition: "n >= 2f + 1" });
  });

  // On a line of evenly many updates it is not unique.
  const odd =
    (run: typeof subject): typeof subject =>
    (rows, f) =>
      run(rows.length % 2 ? rows : rows.slice(1), f);
  const spare = { f: majority.f, needs: (f: number) => 2 * f + 2 };
  itIgnoresOrder(subject);
  itFollowsShiftAndScale(odd(subject), spare);
  itReturnsWhatTheHonestAgreeOn(subject);
  itIsRobust(subject, 4 * (1 + q) ** 2);
});
