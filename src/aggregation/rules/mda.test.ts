import { describe, expect, it } from "vitest";
import {
  forRandomRows,
  itFollowsShiftAndScale,
  itReturnsWhatTheHonestAgreeOn,
  itStaysAmongHonestValues,
} from "../testing/properties.ts";
import { elevenRows, expectClose, normalRows } from "../testing/rows.ts";
import { slowMda } from "../testing/slow-rules.ts";
import { applyRule } from "./apply-rule.ts";
import { mda, mdaRule } from "./mda.ts";

const subject = (rows: readonly Float32Array[], byzantine: number) => mda(rows, { byzantine });
const sizes = { f: [0, 1, 2, 3], needs: (f: number) => 2 * f + 1 };

describe("mda", () => {
  it("combines eleven updates as ByzFL does", () => {
    const { update, selected } = applyRule(mdaRule({ byzantine: 2 }), elevenRows);
    expectClose(update, [0.843333, -0.58, 0.492222, 1.977778, -1.581111]);
    expect(selected).toEqual([0, 1, 2, 3, 4, 5, 7, 8, 9]);
  });

  it("is the definition's", () => {
    forRandomRows(sizes, ({ f, rows }) => expectClose(subject(rows, f), slowMda(rows, f)));
  });

  it("takes the first of equal subsets", () => {
    const rows = [0, 1, 2, 3].map((x) => Float32Array.of(x));
    expect(applyRule(mdaRule({ byzantine: 1 }), rows).selected).toEqual([0, 1, 2]);
  });

  it("refuses a search without end", () => {
    const rows = normalRows(1, 40, 1);
    expect(() => mda(rows, { byzantine: 12 })).toThrow(/5.6e\+9 subsets of 40 updates.*lower byzantine/);
    expect(() => mda(rows.slice(0, 8), { byzantine: 4 })).toThrow(/mda needs 9 updates/);
  });

  itFollowsShiftAndScale(subject, sizes);
  itReturnsWhatTheHonestAgreeOn(subject, sizes);
  itStaysAmongHonestValues(subject, sizes);
});
