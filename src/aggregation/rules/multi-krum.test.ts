import { describe, expect, it } from "vitest";
import {
  forRandomRows,
  itFollowsShiftAndScale,
  itIgnoresOrder,
  itReturnsWhatTheHonestAgreeOn,
  itStaysAmongHonestValues,
} from "../testing/properties.ts";
import { elevenRows, expectClose } from "../testing/rows.ts";
import { slowKrumScores, slowMean } from "../testing/slow-rules.ts";
import { applyRule } from "./apply-rule.ts";
import { multiKrum, multiKrumRule, multiKrumSelection } from "./multi-krum.ts";

const subject = (rows: readonly Float32Array[], byzantine: number) => multiKrum(rows, { byzantine });
const sizes = { f: [0, 1, 2, 4], needs: (f: number) => 2 * f + 4 };

describe("multi-krum", () => {
  it("averages the seven best of eleven updates as numpy does", () => {
    expect(multiKrumSelection(elevenRows, { byzantine: 2 })).toEqual([2, 5, 9, 1, 3, 0, 4]);
    const expected = [0.771429, -0.557143, 0.42, 1.884286, -1.561429];
    expectClose(multiKrum(elevenRows, { byzantine: 2 }), expected);
  });

  it("averages the nine best as ByzFL does", () => {
    const expected = [0.843333, -0.58, 0.492222, 1.977778, -1.581111];
    expectClose(multiKrum(elevenRows, { byzantine: 2, variant: "byzfl" }), expected);
    expectClose(multiKrum(elevenRows, { byzantine: 2, keep: 9, conditions: "lenient" }), expected);
  });

  it("is Krum for keep = 1", () => {
    const { update, selected } = applyRule(multiKrumRule({ byzantine: 2, keep: 1 }), elevenRows);
    expect(update).toEqual(elevenRows[2]);
    expect(selected).toEqual([2]);
  });

  it("reports the averaged rows in ascending order", () => {
    expect(applyRule(multiKrumRule({ byzantine: 2 }), elevenRows).selected).toEqual([0, 1, 2, 3, 4, 5, 9]);
  });

  it("needs enough for what it keeps", () => {
    expect(multiKrumRule({ byzantine: 2 })).toMatchObject({ needs: 7, condition: "n >= 2f + 3" });
    expect(multiKrumRule({ byzantine: 2, keep: 6 })).toMatchObject({
      needs: 10,
      condition: "n >= keep + f + 2",
    });
    expect(multiKrumRule({ byzantine: 2, keep: 6, conditions: "lenient" })).toMatchObject({
      needs: 8,
      condition: "n >= keep + f",
    });
    expect(() => multiKrumRule({ byzantine: 2, keep: 0 })).toThrow(
      /keep is 0 where a whole number of at least 1/,
    );
  });

  it("averages what the definition chooses", () => {
    forRandomRows(sizes, ({ f, rows }) => {
      const scores = slowKrumScores(rows, rows.length - f - 2);
      const best = [...rows.keys()].sort((a, b) => scores[a] - scores[b]).slice(0, rows.length - f - 2);
      expectClose(subject(rows, f), slowMean(best.map((i) => rows[i])));
    });
  });

  itIgnoresOrder(subject, sizes);
  itFollowsShiftAndScale(subject, sizes);
  itReturnsWhatTheHonestAgreeOn(subject, sizes);
  itStaysAmongHonestValues(subject, sizes);
});
