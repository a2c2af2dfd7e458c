import { describe, expect, it } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import { applyRule } from "../rules/apply-rule.ts";
import { geometricMedianRule } from "../rules/geometric-median.ts";
import { krumRule } from "../rules/krum.ts";
import { meanRule } from "../rules/mean-rule.ts";
import { multiKrumRule } from "../rules/multi-krum.ts";
import { trimmedMean, trimmedMeanRule } from "../rules/trimmed-mean.ts";
import {
  forRandomRows,
  itReturnsWhatTheHonestAgreeOn,
  majority,
  q,
  worstRatio,
} from "../testing/properties.ts";
import { elevenRows, expectClose } from "../testing/rows.ts";
import { slowMixing } from "../testing/slow-rules.ts";
import { arc, arcStep } from "./arc.ts";
import { bucketing, bucketingStep, bucketMeans } from "./bucketing.ts";
import { clip, clipStep } from "./clip.ts";
import { nearestNeighbourMixing, nearestNeighbourMixingStep } from "./nearest-neighbour-mixing.ts";
import { withBefore } from "./with-before.ts";

const mixing = nearestNeighbourMixingStep({ byzantine: 2 });

describe("nearest-neighbour mixing", () => {
  it("mixes eleven updates as ByzFL does", () => {
    const mixed = nearestNeighbourMixing(elevenRows, { byzantine: 2 });
    const most = [0.843333, -0.58, 0.492222, 1.977778, -1.581111];
    for (const i of [0, 1, 2, 3, 4, 5, 7, 8]) expectClose(mixed[i], most);
    expectClose(mixed[6], [0.892222, -0.543333, 0.371111, 1.776667, -1.457778]);
    expectClose(mixed[9], [0.8, -0.532222, 0.414444, 1.8, -1.635556]);
    expectClose(mixed[10], [1.177778, -0.23, 0.152222, 1.058889, -1.155556]);
  });

  it("comes before rules as ByzFL has it", () => {
    const trimmed = applyRule(withBefore([mixing], trimmedMeanRule({ byzantine: 2 })), elevenRows);
    expectClose(trimmed.update, [0.843333, -0.574762, 0.481111, 1.952381, -1.581111]);
    const rule = withBefore([mixing], geometricMedianRule({ byzantine: 2, preset: "byzfl" }));
    const expected = [0.846266, -0.571184, 0.476765, 1.945204, -1.573978];
    expectClose(applyRule(rule, elevenRows).update, expected);
  });

  it("is the definition's", () => {
    forRandomRows(majority, ({ f, rows }) => {
      const expected = slowMixing(rows, f);
      nearestNeighbourMixing(rows, { byzantine: f }).forEach((row, i) => {
        expectClose(row, expected[i]);
      });
    });
  });

  const subject = (rows: readonly Float32Array[], byzantine: number) =>
    trimmedMean(nearestNeighbourMixing(rows, { byzantine }), { byzantine });
  itReturnsWhatTheHonestAgreeOn(subject);

  it("makes a robust rule more robust", () => {
    const kappa = 6 * q * (1 + q);
    // 8 f / (n - f) (1 + kappa) for n = 9, f = 2.
    expect(worstRatio(subject)).toBeLessThan((16 / 7) * (1 + kappa));
  });
});

describe("bucketing", () => {
  it("comes before the trimmed mean as numpy has it", () => {
    const buckets = bucketMeans(elevenRows, [...elevenRows.keys()], 2);
    expect(buckets).toHaveLength(6);
    expect(buckets[5]).toEqual(elevenRows[10]);
    expectClose(trimmedMean(buckets, { byzantine: 1 }), [0.97375, -0.5075, 0.375, 1.81, -1.40875]);
  });

  it("puts every update into one bucket, by the stream it is given", () => {
    const rows = Array.from({ length: 7 }, (_, i) => Float32Array.of(4 ** i));
    const draw = (seed: number) => bucketing(rows, { size: 3, random: SimulationRandom.fromSeed(seed) });
    const [first, second, third] = draw(1);
    expect(3 * first[0] + 3 * second[0] + third[0]).toBe((4 ** 7 - 1) / 3);
    expect(draw(1)).toEqual([first, second, third]);
    expect([2, 3, 4].map(draw)).not.toEqual([draw(1), draw(1), draw(1)]);
  });

  it("asks for the rows that the rule needs, and names nobody", () => {
    const rule = withBefore([bucketingStep({ size: 2 })], krumRule({ byzantine: 2 }));
    expect(rule).toMatchObject({
      kind: "bucketing + krum",
      needs: 13,
      condition: "n >= 2f + 3 of buckets of 2",
    });
    expect(() => applyRule(rule, elevenRows)).toThrow(/needs 13 updates/);
    expect(applyRule(rule, [...elevenRows, ...elevenRows]).selected).toBeUndefined();
    expect(Math.ceil(12 / 2)).toBeLessThan(7);
    expect(Math.ceil(13 / 2)).toBe(7);
  });
});

describe("clipping", () => {
  it("comes before the mean as ByzFL has it", () => {
    const { update, figures } = applyRule(withBefore([clipStep({ norm: 2 })], meanRule), elevenRows);
    expectClose(update, [0.674972, -0.297884, 0.206492, 1.055463, -0.9953]);
    expect(figures).toEqual({ clip: { norm: 2, clipped: 10 } });
  });

  it("hands on updates that are short enough", () => {
    const clipped = clip(elevenRows, { norm: 2 });
    expect(clipped[6]).toBe(elevenRows[6]);
    expect(Math.hypot(...clipped[10])).toBeCloseTo(2, 6);
  });
});

describe("adaptive robust clipping", () => {
  it("clips three of eleven updates and comes before the mean as ByzFL has it", () => {
    const { update, figures } = applyRule(withBefore([arcStep({ byzantine: 2 })], meanRule), elevenRows);
    expectClose(update, [0.923847, -0.393365, 0.279349, 1.439559, -1.326648]);
    expect(figures).toMatchObject({ arc: { clipped: 3 } });
    const changed = arc(elevenRows, { byzantine: 2 }).map((row, i) => (row === elevenRows[i] ? -1 : i));
    expect(changed.filter((i) => i >= 0)).toEqual([0, 8, 10]);
  });

  it("clips nobody for f = 0", () => {
    expect(arc(elevenRows, { byzantine: 0 })).toEqual(elevenRows);
  });
});

describe("several steps", () => {
  it("are applied in order, keep who was chosen, and ask for the most that one of them needs", () => {
    const steps = [clipStep({ norm: 2 }), arcStep({ byzantine: 4 }), mixing];
    const rule = withBefore(steps, multiKrumRule({ byzantine: 2 }));
    expect(rule).toMatchObject({ kind: "clip + arc + nnm + multi-krum", needs: 9, condition: "n >= 2f + 1" });
    const { selected, update } = applyRule(rule, elevenRows);
    const byHand = nearestNeighbourMixing(arc(clip(elevenRows, { norm: 2 }), { byzantine: 4 }), {
      byzantine: 2,
    });
    const direct = applyRule(multiKrumRule({ byzantine: 2 }), byHand);
    expect(selected).toEqual(direct.selected);
    expect(update).toEqual(direct.update);
  });

  it("count in what the steps before them make of the updates", () => {
    const rule = withBefore([bucketingStep({ size: 2 }), mixing], meanRule);
    expect(rule).toMatchObject({ needs: 9, condition: "n >= 2f + 1 of buckets of 2" });
  });

  it("refuse what they cannot do", () => {
    expect(() => bucketingStep({ size: 0 })).toThrow(/size is 0/);
    expect(() => nearestNeighbourMixing(elevenRows.slice(0, 4), { byzantine: 2 })).toThrow(
      /nnm needs 5 updates/,
    );
    expect(() => arc(elevenRows.slice(0, 4), { byzantine: 2 })).toThrow(/arc needs 5 updates/);
    expect(() => clip([])).toThrow(/nothing to combine/);
  });
});
