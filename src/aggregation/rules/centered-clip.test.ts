import { describe, expect, it } from "vitest";
import { itIgnoresOrder, itReturnsWhatTheHonestAgreeOn, majority } from "../testing/properties.ts";
import { elevenRows, expectClose, normalRows } from "../testing/rows.ts";
import { slowMean, squaredDistance } from "../testing/slow-rules.ts";
import { applyRule } from "./apply-rule.ts";
import { centeredClip, centeredClipRule } from "./centered-clip.ts";

const zero = { radius: 1, start: "zero" } as const;

describe("centred clipping", () => {
  it("combines eleven updates twice as ByzFL does", () => {
    const rule = centeredClipRule(zero);
    const first = applyRule(rule, elevenRows);
    expectClose(first.update, [0.340916, -0.1498, 0.102786, 0.529569, -0.501754]);
    const second = applyRule(rule, elevenRows, { state: first.state });
    const expected = [0.633755, -0.300195, 0.207441, 1.031393, -0.969544];
    expectClose(second.update, expected);
    expectClose(centeredClip(elevenRows, { ...zero, center: first.update }), expected);
  });

  it("iterates as ByzFL does", () => {
    const expected = [0.899983, -0.511698, 0.390527, 1.747882, -1.497992];
    expectClose(centeredClip(elevenRows, { ...zero, iterations: 5 }), expected);
  });

  it("is the mean when nothing is clipped", () => {
    const { update, figures } = applyRule(centeredClipRule({ ...zero, radius: 100 }), elevenRows);
    expectClose(update, slowMean(elevenRows));
    expect(figures).toEqual({ clipped: 0 });
  });

  it("is not captured by a huge update in the first round", () => {
    const honest = normalRows(5, 10, 20);
    const huge = honest[0].map(() => 1e30);
    const center = centeredClip([...honest, huge], { radius: 1, byzantine: 1 });
    expect(squaredDistance(center, new Float32Array(20))).toBeLessThan(20);
  });

  it("moves by at most the radius in a step", () => {
    const rows = normalRows(6, 9, 4, () => 1e3);
    const center = new Float32Array(4);
    const moved = centeredClip(rows, { radius: 0.5, center });
    expect(Math.hypot(...moved)).toBeLessThanOrEqual(0.5 + 1e-6);
  });

  it("refuses impossible settings and a centre of another length", () => {
    expect(() => centeredClipRule({ radius: 0 })).toThrow(/radius is 0 where a number above 0/);
    expect(() => centeredClipRule({ radius: 1, iterations: 0 })).toThrow(/iterations is 0/);
    expect(() => centeredClip(elevenRows, { radius: 1, center: new Float32Array(4) })).toThrow(
      /The centre has 4 entries where 5/,
    );
  });

  const subject = (rows: readonly Float32Array[], byzantine: number) =>
    centeredClip(rows, { radius: 1, byzantine });
  itIgnoresOrder(subject);
  // Every attacker moves the centre by 1 / n; with a radius this small nothing is seen of it.
  itReturnsWhatTheHonestAgreeOn(
    (rows, byzantine) => centeredClip(rows, { radius: 1e-7, byzantine }),
    majority,
  );
});
