import { describe, expect, it } from "vitest";
import {
  forRandomRows,
  itFollowsShiftAndScale,
  itIgnoresOrder,
  itIsRobust,
  itReturnsWhatTheHonestAgreeOn,
  itStaysAmongHonestValues,
  q,
} from "../testing/properties.ts";
import { elevenRows, expectClose, littleIsEnoughRows } from "../testing/rows.ts";
import { slowKrumScores } from "../testing/slow-rules.ts";
import { applyRule } from "./apply-rule.ts";
import { krum, krumRule, krumScores, krumSelection } from "./krum.ts";

const subject = (rows: readonly Float32Array[], byzantine: number) => krum(rows, { byzantine });
const sizes = { f: [0, 1, 2, 4], needs: (f: number) => 2 * f + 3 };

describe("krum", () => {
  it("scores eleven updates as numpy does", () => {
    const scores = krumScores(elevenRows, { byzantine: 2 });
    const expected = [
      10.3427, 8.5791, 6.0138, 9.0798, 10.7954, 6.1685, 18.3389, 11.8874, 12.9789, 7.9257, 380.7746,
    ];
    expectClose(scores, expected, 1e-4);
  });

  it("chooses another update than ByzFL, which counts one neighbour more", () => {
    expect(krumSelection(elevenRows, { byzantine: 2 })).toBe(2);
    expect(krumSelection(elevenRows, { byzantine: 2, variant: "byzfl" })).toBe(5);
    expect(krumSelection(elevenRows, { byzantine: 2, variant: "alie-code" })).toBe(2);
    const scores = krumScores(elevenRows, { byzantine: 2, variant: "byzfl" });
    expectClose([scores[2] / 8, scores[5] / 8], [0.952963, 0.952275], 1e-6);
  });

  it("chooses a forgery near the mean, and not one further off (A Little Is Enough)", () => {
    expect(krumSelection(littleIsEnoughRows, { byzantine: 2 })).toBe(2);
    const [mean, deviation] = [
      [0.907778, -0.536667, 0.457778, 1.884444, -1.524444],
      [0.45587, 0.169902, 0.37697, 0.553597, 0.412179],
    ];
    for (const z of [0.2, 0.5]) {
      const forged = Float32Array.from(mean, (x, j) => x - z * deviation[j]);
      const rows = [...elevenRows.slice(0, 9), forged, forged];
      expect(krumSelection(rows, { byzantine: 2 })).toBe(9);
    }
  });

  it("returns a copy of the chosen update and says which it is", () => {
    const { update, selected, figures } = applyRule(krumRule({ byzantine: 2 }), elevenRows);
    expect(update).toEqual(elevenRows[2]);
    expect(update).not.toBe(elevenRows[2]);
    expect(selected).toEqual([2]);
    expect(figures?.score).toBeCloseTo(6.0138, 4);
  });

  it("takes the first among equals", () => {
    const rows = [1, 5, 5, 5, 5].map((x) => Float32Array.of(x));
    expect(krumSelection(rows, { byzantine: 1 })).toBe(1);
  });

  it("scores as the definition does", () => {
    forRandomRows(sizes, ({ f, rows }) => {
      expectClose(krumScores(rows, { byzantine: f }), slowKrumScores(rows, rows.length - f - 2));
      const plain = krumScores(rows, { byzantine: f, variant: "alie-code" });
      expectClose(plain, slowKrumScores(rows, rows.length - f, 0.5));
    });
  });

  it("needs 2f + 3 updates, or an honest majority when lenient", () => {
    const rows = elevenRows.slice(0, 6);
    expect(() => krum(rows, { byzantine: 2 })).toThrow(
      /krum needs 7 updates \(n >= 2f \+ 3\) and was given 6/,
    );
    expect(krum(rows, { byzantine: 2, conditions: "lenient" })).toHaveLength(5);
    expect(() => krum(rows, { byzantine: 3, conditions: "lenient" })).toThrow(/needs 7 updates/);
    expect(krum(rows.slice(0, 1), { byzantine: 0, conditions: "lenient" })).toEqual(rows[0]);
  });

  // One neighbour is a tie of two.
  const untied = { f: sizes.f, needs: (f: number) => 2 * f + 4 };
  itIgnoresOrder(subject, untied);
  itFollowsShiftAndScale(subject, untied);
  itReturnsWhatTheHonestAgreeOn(subject, sizes);
  itStaysAmongHonestValues(subject, sizes);
  itIsRobust(subject, 6 * (1 + q));
});
