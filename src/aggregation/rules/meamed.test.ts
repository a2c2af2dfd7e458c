import { describe, expect, it } from "vitest";
import {
  forRandomRows,
  itFollowsShiftAndScale,
  itIgnoresOrder,
  itReturnsWhatTheHonestAgreeOn,
  itStaysAmongHonestValues,
  majority,
} from "../testing/properties.ts";
import { elevenRows, expectClose } from "../testing/rows.ts";
import { slowNearestToMedian } from "../testing/slow-rules.ts";
import { meamed, meamedRule } from "./meamed.ts";

const subject = (rows: readonly Float32Array[], byzantine: number) => meamed(rows, { byzantine });

describe("meamed", () => {
  it("combines eleven updates as ByzFL does", () => {
    const expected = [0.778889, -0.58, 0.371111, 1.977778, -1.457778];
    expectClose(meamed(elevenRows, { byzantine: 2 }), expected);
  });

  it("is the definition's", () => {
    forRandomRows(majority, ({ f, rows }) => {
      expectClose(subject(rows, f), slowNearestToMedian(rows, rows.length - f));
    });
  });

  it("asks for an honest majority", () => {
    expect(meamedRule({ byzantine: 2 })).toMatchObject({ needs: 5, condition: "n >= 2f + 1" });
  });

  itIgnoresOrder(subject);
  itFollowsShiftAndScale(subject);
  itReturnsWhatTheHonestAgreeOn(subject);
  itStaysAmongHonestValues(subject);
});
