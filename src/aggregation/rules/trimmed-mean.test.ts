import { describe, expect, it } from "vitest";
import {
  forRandomRows,
  itFollowsShiftAndScale,
  itIgnoresOrder,
  itIsRobust,
  itReturnsWhatTheHonestAgreeOn,
  itStaysAmongHonestValues,
  majority,
  q,
} from "../testing/properties.ts";
import { elevenRows, expectClose, littleIsEnoughRows } from "../testing/rows.ts";
import { slowMean, slowNearestToMedian, slowTrimmedMean } from "../testing/slow-rules.ts";
import { trimmedMean, trimmedMeanRule } from "./trimmed-mean.ts";

const subject = (rows: readonly Float32Array[], byzantine: number) => trimmedMean(rows, { byzantine });

describe("trimmed mean", () => {
  it("combines eleven updates as ByzFL does", () => {
    const expected = [0.892857, -0.527143, 0.368571, 1.847143, -1.488571];
    expectClose(trimmedMean(elevenRows, { byzantine: 2 }), expected);
  });

  it("combines them in the published code's variant as numpy does", () => {
    const expected = [0.6875, -0.61125, 0.30375, 1.9175, -1.53375];
    expectClose(trimmedMean(elevenRows, { byzantine: 2, variant: "alie-code" }), expected);
  });

  it("is moved by forgeries inside the spread (A Little Is Enough)", () => {
    const expected = [0.729117, -0.586162, 0.373088, 1.83155, -1.59666];
    expectClose(trimmedMean(littleIsEnoughRows, { byzantine: 2 }), expected);
  });

  it("is the mean for f = 0", () => {
    const expected = [1.064545, -0.318182, 0.207273, 1.309091, -1.324545];
    expectClose(trimmedMean(elevenRows, { byzantine: 0 }), expected);
    expectClose(trimmedMean(elevenRows, { byzantine: 0 }), slowMean(elevenRows));
  });

  it("is the definition's", () => {
    forRandomRows(majority, ({ f, rows }) => {
      expectClose(subject(rows, f), slowTrimmedMean(rows, f));
      if (rows.length < f + 2) return;
      const count = rows.length - f - 1;
      const variant = trimmedMean(rows, { byzantine: f, variant: "alie-code" });
      expectClose(variant, slowNearestToMedian(rows, count));
    });
  });

  it("asks for an honest majority, and for a value to average", () => {
    expect(trimmedMeanRule({ byzantine: 2 })).toMatchObject({ needs: 5, condition: "n >= 2f + 1" });
    expect(trimmedMeanRule({ byzantine: 0, variant: "alie-code" })).toMatchObject({ needs: 2 });
    expect(() => trimmedMean(elevenRows.slice(0, 4), { byzantine: 2 })).toThrow(
      /lower byzantine or give it more/,
    );
  });

  itIgnoresOrder(subject);
  itFollowsShiftAndScale(subject);
  itReturnsWhatTheHonestAgreeOn(subject);
  itStaysAmongHonestValues(subject);
  itIsRobust(subject, 6 * q * (1 + q));
});
