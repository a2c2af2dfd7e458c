import { describe, expect, it } from "vitest";
import {
  forRandomRows,
  itFollowsShiftAndScale,
  itIgnoresOrder,
  itReturnsWhatTheHonestAgreeOn,
  itStaysAmongHonestValues,
} from "../testing/properties.ts";
import { elevenRows, expectClose, littleIsEnoughRows } from "../testing/rows.ts";
import { slowBulyanPicks, slowNearestToMedian } from "../testing/slow-rules.ts";
import { applyRule } from "./apply-rule.ts";
import { bulyan, bulyanRule, bulyanSelection } from "./bulyan.ts";

const subject = (rows: readonly Float32Array[], byzantine: number) => bulyan(rows, { byzantine });
const sizes = { f: [0, 1, 2, 3], needs: (f: number) => 4 * f + 3 };

describe("bulyan", () => {
  it("combines eleven updates as numpy does", () => {
    expect(bulyanSelection(elevenRows, { byzantine: 2 })).toEqual([2, 5, 9, 3, 4, 8, 0]);
    expectClose(bulyan(elevenRows, { byzantine: 2 }), [0.676667, -0.626667, 0.346667, 2.06, -1.63]);
    expect(applyRule(bulyanRule({ byzantine: 2 }), elevenRows).selected).toEqual([0, 2, 3, 4, 5, 8, 9]);
  });

  it("takes in a forgery inside the spread (A Little Is Enough)", () => {
    expect(bulyanSelection(littleIsEnoughRows, { byzantine: 2 })).toEqual([2, 5, 9, 3, 10, 4, 0]);
    const expected = [0.444605, -0.671046, 0.127205, 1.86, -1.63];
    expectClose(bulyan(littleIsEnoughRows, { byzantine: 2 }), expected);
  });

  it("averages one value less in the published code's variant", () => {
    // By hand: with f = 0 everybody is picked, and two of three values count.
    const rows = [0, 1, 3].map((x) => Float32Array.of(x));
    expect(bulyan(rows, { byzantine: 0, variant: "alie-code" })).toEqual(Float32Array.of(0.5));
    expect(bulyan(rows, { byzantine: 0 })[0]).toBeCloseTo(4 / 3, 6);
  });

  it("picks and averages as the definition does", () => {
    forRandomRows(sizes, ({ f, rows }) => {
      const picks = slowBulyanPicks(rows, f);
      const picked = picks.map((i) => rows[i]);
      expect(bulyanSelection(rows, { byzantine: f })).toEqual(picks);
      expectClose(subject(rows, f), slowNearestToMedian(picked, rows.length - 4 * f));
    });
  });

  it("needs 4f + 3 updates, or enough to leave a value when lenient", () => {
    const rule = (variant: "paper" | "alie-code", conditions: "paper" | "lenient") =>
      bulyanRule({ byzantine: 2, variant, conditions });
    expect(rule("paper", "paper")).toMatchObject({ needs: 11, condition: "n >= 4f + 3" });
    expect(rule("paper", "lenient")).toMatchObject({ needs: 9, condition: "n >= 4f + 1" });
    expect(rule("alie-code", "lenient")).toMatchObject({ needs: 10, condition: "n >= 4f + 2" });
    const options = { byzantine: 2, variant: "alie-code", conditions: "lenient" } as const;
    expect(bulyan(elevenRows.slice(0, 10), options)).toHaveLength(5);
  });

  // With f of 1 or 2 the last picks have one neighbour each, which ties them.
  const untied = { f: [0, 3, 4], needs: sizes.needs };
  itIgnoresOrder(subject, untied);
  itFollowsShiftAndScale(subject, untied);
  itReturnsWhatTheHonestAgreeOn(subject, sizes);
  itStaysAmongHonestValues(subject, sizes);
});
