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
import { elevenRows, expectClose } from "../testing/rows.ts";
import { slowMedian } from "../testing/slow-rules.ts";
import { median, medianRule } from "./median.ts";

const subject = (rows: readonly Float32Array[], byzantine: number) => median(rows, { byzantine });

describe("median", () => {
  it("combines eleven updates as ByzFL does", () => {
    expectClose(median(elevenRows), [0.81, -0.6, 0.37, 1.89, -1.5]);
  });

  it("takes the midpoint of an even number of updates", () => {
    expectClose(median(elevenRows.slice(0, 10)), [0.745, -0.605, 0.41, 1.96, -1.525]);
  });

  it("is the definition's", () => {
    forRandomRows({ f: [0], needs: () => 1 }, ({ rows }) => expectClose(median(rows), slowMedian(rows)));
  });

  it("asks for an honest majority where f is given", () => {
    expect(medianRule()).toMatchObject({ needs: 1, condition: "" });
    expect(medianRule({ byzantine: 3 })).toMatchObject({ needs: 7, condition: "n >= 2f + 1" });
    expect(() => medianRule({ byzantine: -1 })).toThrow(/byzantine is -1/);
    expect(() => medianRule({ byzantine: 1.5 })).toThrow(/byzantine is 1.5/);
  });

  itIgnoresOrder(subject);
  itFollowsShiftAndScale(subject);
  itReturnsWhatTheHonestAgreeOn(subject);
  itStaysAmongHonestValues(subject);
  itIsRobust(subject, 4 * (1 + q) ** 2);
});
