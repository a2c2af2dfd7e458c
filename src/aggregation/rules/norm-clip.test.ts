import { describe, expect, it } from "vitest";
import { itIgnoresOrder } from "../testing/properties.ts";
import { elevenRows, expectClose } from "../testing/rows.ts";
import { slowMean } from "../testing/slow-rules.ts";
import { applyRule } from "./apply-rule.ts";
import { normClip, normClipRule } from "./norm-clip.ts";

describe("norm clipping", () => {
  it("combines eleven updates as ByzFL does", () => {
    const expected = [0.674972, -0.297884, 0.206492, 1.055463, -0.9953];
    expectClose(normClip(elevenRows, { norm: 2 }), expected);
  });

  it("combines them with another norm as numpy does", () => {
    const expected = [0.901191, -0.389609, 0.278298, 1.415676, -1.302926];
    expectClose(normClip(elevenRows, { norm: 2.9 }), expected);
  });

  it("takes the median of the norms by default and reports it", () => {
    const rows = [1, -2, 4, 100].map((x) => Float32Array.of(x, 0));
    const { update, figures } = applyRule(normClipRule(), rows);
    expect(figures).toEqual({ norm: 3, clipped: 2 });
    expect(update).toEqual(Float32Array.of((1 - 2 + 3 + 3) / 4, 0));
  });

  it("is the mean when nothing is clipped, and bears updates of zero", () => {
    expectClose(normClip(elevenRows, { norm: 100 }), slowMean(elevenRows));
    expect(normClip([new Float32Array(2), new Float32Array(2)])).toEqual(new Float32Array(2));
  });

  it("lets f huge updates move the mean by f norms / n", () => {
    const huge = Float32Array.of(1e30, 0, 0, 0, 0);
    const rows = [...elevenRows.slice(0, 9), huge];
    const [honest, moved] = [slowMean(elevenRows.slice(0, 9)), normClip(rows, { norm: 4 })];
    expectClose(
      moved,
      honest.map((x, j) => 0.9 * x + (j === 0 ? 0.4 : 0)),
    );
  });

  it("refuses impossible norms", () => {
    expect(() => normClipRule({ norm: 0 })).toThrow(/norm is 0/);
    expect(() => normClipRule({ norm: Number.POSITIVE_INFINITY })).toThrow(/norm is Infinity/);
  });

  itIgnoresOrder((rows) => normClip(rows));
});
