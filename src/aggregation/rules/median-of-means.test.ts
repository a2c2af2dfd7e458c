import { describe, expect, it } from "vitest";
import {
  forRandomRows,
  itFollowsShiftAndScale,
  itReturnsWhatTheHonestAgreeOn,
} from "../testing/properties.ts";
import { elevenRows, expectClose } from "../testing/rows.ts";
import { slowMean } from "../testing/slow-rules.ts";
import { geometricMedian } from "./geometric-median.ts";
import { medianOfMeans, medianOfMeansRule } from "./median-of-means.ts";

const subject = (rows: readonly Float32Array[], byzantine: number) => medianOfMeans(rows, { byzantine });
const sizes = { f: [0, 1, 2, 4], needs: (f: number) => Math.max(1, Math.ceil(2.2 * f)) };

describe("median of means", () => {
  it("combines eleven updates as numpy does", () => {
    const five = [0.939026, -0.466062, 0.363146, 1.754329, -1.399215];
    expectClose(medianOfMeans(elevenRows, { byzantine: 2 }), five);
    expectClose(medianOfMeans(elevenRows, { byzantine: 2, groups: 5 }), five);
    const six = [0.912155, -0.493552, 0.422553, 1.737178, -1.492351];
    expectClose(medianOfMeans(elevenRows, { byzantine: 2, groups: 6 }), six);
  });

  it("is the mean of one group, and the geometric median of as many as there are updates", () => {
    expectClose(medianOfMeans(elevenRows, { byzantine: 0 }), slowMean(elevenRows));
    const single = medianOfMeans(elevenRows, { byzantine: 2, groups: 11 });
    expectClose(single, geometricMedian(elevenRows));
  });

  it("is the geometric median of the groups' means", () => {
    // On a line it is not unique.
    forRandomRows({ f: [1, 2], needs: (f) => 2 * f + 1 }, ({ f, rows }) => {
      if (rows[0].length === 1) return;
      const [n, k] = [rows.length, 2 * f + 1];
      const means = Array.from({ length: k }, (_, i) =>
        Float32Array.from(slowMean(rows.slice(Math.floor((i * n) / k), Math.floor(((i + 1) * n) / k)))),
      );
      const result = medianOfMeans(rows, { byzantine: f, groups: k });
      expectClose(result, geometricMedian(means), 2e-5);
    });
  });

  it("needs an update a group, and more than 2f groups", () => {
    expect(medianOfMeansRule({ byzantine: 0 })).toMatchObject({ needs: 1, condition: "" });
    expect(medianOfMeansRule({ byzantine: 5 })).toMatchObject({ needs: 11, condition: "n >= groups" });
    expect(medianOfMeansRule({ byzantine: 5, groups: 20 })).toMatchObject({ needs: 20 });
    expect(() => medianOfMeansRule({ byzantine: 5, groups: 10 })).toThrow(/groups is 10 .* at least 11/);
  });

  itFollowsShiftAndScale((rows, f) => (rows[0].length === 1 ? rows[0] : subject(rows, f)), sizes);
  itReturnsWhatTheHonestAgreeOn(subject, sizes);
});
