import { describe, expect, it } from "vitest";
import { RunError } from "../../errors.ts";
import { worstRatio } from "../testing/properties.ts";
import { elevenRows, expectClose } from "../testing/rows.ts";
import { applyRule, indexNames } from "./apply-rule.ts";
import { krum, krumScores } from "./krum.ts";
import { meanRule } from "./mean-rule.ts";
import { median } from "./median.ts";

describe("what the public functions refuse", () => {
  const code = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      return error instanceof RunError ? error.code : error;
    }
  };

  it.each([
    ["nothing", [], "aggregation.empty"],
    ["different lengths", [new Float32Array(2), new Float32Array(3)], "aggregation.length"],
    ["NaN", [new Float32Array(1), Float32Array.of(Number.NaN)], "aggregation.not-finite"],
    ["infinity", [Float32Array.of(Number.NEGATIVE_INFINITY)], "aggregation.not-finite"],
  ])("%s", (_, updates, expected) => {
    expect(code(() => median(updates))).toBe(expected);
  });

  it("too few, by the rule's own count, and in the scores as well", () => {
    expect(code(() => krum(elevenRows.slice(0, 6), { byzantine: 2 }))).toBe("aggregation.too-few");
    expect(code(() => krumScores(elevenRows.slice(0, 6), { byzantine: 2 }))).toBe("aggregation.too-few");
  });
});

it("updates are not changed", () => {
  const before = elevenRows.map((row) => row.slice());
  krum(elevenRows, { byzantine: 2 });
  median(elevenRows);
  expect(elevenRows).toEqual(before);
});

it("names made of indices are ascending and distinct", () => {
  const names = indexNames(12);
  expect(names.toSorted()).toEqual(names);
  expect(new Set(names).size).toBe(12);
});

describe("the mean as a rule", () => {
  it("combines eleven updates as ByzFL does", () => {
    const expected = [1.064545, -0.318182, 0.207273, 1.309091, -1.324545];
    expectClose(applyRule(meanRule, elevenRows).update, expected);
  });

  it("is not robust by the measure by which the robust rules are", () => {
    expect(worstRatio((rows) => applyRule(meanRule, rows).update)).toBeGreaterThan(10);
  });
});
