import { describe, expect, test } from "vitest";
import type { Examples } from "../../data/examples.ts";
import { flipLabels } from "./label-flip.ts";
import { patterned, patternedTest, sampleTrigger } from "./triggers.ts";

/** Six pictures of 2 channels, 3 rows and 4 columns; every pixel of picture i is 10 i + 1. */
const pictures: Examples = {
  features: Uint8Array.from({ length: 6 * 24 }, (_, k) => 10 * Math.floor(k / 24) + 1),
  scale: 1 / 255,
  shape: [2, 3, 4],
  labels: Int32Array.of(0, 1, 2, 2, 1, 0),
  classes: 3,
};

const untouched = structuredClone(pictures);
const picture = (examples: Examples, row: number): number[] => [
  ...examples.features.subarray(row * 24, (row + 1) * 24),
];

describe("flipped labels", () => {
  test("mirror the classes, or turn one into another", () => {
    expect([...flipLabels(pictures).labels]).toEqual([2, 1, 0, 0, 1, 2]);
    expect([...flipLabels(pictures, { from: 2, to: 0 }).labels]).toEqual([0, 1, 0, 0, 1, 0]);
    expect(pictures).toEqual(untouched);
  });

  test("are classes of the data", () => {
    for (const flip of [
      { from: 3, to: 0 },
      { from: 0, to: -1 },
    ]) {
      expect(() => flipLabels(pictures, flip)).toThrow(expect.objectContaining({ code: "adversary.class" }));
    }
  });
});

describe("a pattern", () => {
  test("covers the upper left corner of every channel and nothing else", () => {
    const poisoned = patterned(pictures, { pixels: 2, target: 1 });
    const channel = [255, 255, 31, 31, 255, 255, 31, 31, 31, 31, 31, 31];
    expect(picture(poisoned, 3)).toEqual([...channel, ...channel]);
    expect([...poisoned.labels]).toEqual([1, 1, 1, 1, 1, 1]);
    expect(pictures).toEqual(untouched);
  });

  test("has the brightness that is asked for, in bytes", () => {
    const channel = [51, ...new Array(11).fill(31)];
    expect(picture(patterned(pictures, { pixels: 1, value: 0.2 }), 3)).toEqual([...channel, ...channel]);
  });

  test("goes on flat square pictures of floats, in the model's own units", () => {
    const flat: Examples = {
      features: new Float32Array(9),
      scale: 0.5,
      shape: [9],
      labels: Int32Array.of(1),
      classes: 2,
    };
    expect([...patterned(flat, { pixels: 2, value: 2.5 }).features]).toEqual([5, 5, 0, 5, 5, 0, 0, 0, 0]);
  });

  test("tests the backdoor on the other classes", () => {
    const poisoned = patternedTest(pictures, { pixels: 1, target: 1 });
    expect([...poisoned.labels]).toEqual([1, 1, 1, 1]);
    expect([0, 1, 2, 3].map((row) => poisoned.features[row * 24 + 1])).toEqual([1, 21, 31, 51]);
    expect([0, 1, 2, 3].map((row) => poisoned.features[row * 24])).toEqual([255, 255, 255, 255]);
  });

  test.each([
    [{ pixels: 4 }, pictures],
    [{ pixels: 0 }, pictures],
    [{ pixels: 1, value: 1.1 }, pictures],
    [{ pixels: 1, value: Number.NaN }, pictures],
    [{ pixels: 1 }, { ...pictures, shape: [24] }],
  ])("that does not fit: %o", (pattern, examples) => {
    expect(() => patterned(examples, pattern)).toThrow(
      expect.objectContaining({ code: "adversary.pattern" }),
    );
  });
});

describe("a sample trigger", () => {
  test("is one example, many times, with another label", () => {
    const copies = sampleTrigger(pictures, 3, 2);
    expect(picture(copies, 0)).toEqual(picture(pictures, 3));
    expect(picture(copies, 1)).toEqual(picture(pictures, 3));
    expect([...copies.labels]).toEqual([0, 0]);
    expect([...sampleTrigger({ ...pictures, classes: 10 }, 3, 1).labels]).toEqual([3]);
    expect([...sampleTrigger(pictures, 3, 1, 1).labels]).toEqual([1]);
  });

  test("is one of the examples", () => {
    expect(() => sampleTrigger(pictures, 6, 1)).toThrow(/row is 6/);
  });
});
