import { describe, expect, it } from "vitest";
import { decodeIdx, examplesFromIdx } from "./idx.ts";

/** Two images of 1 x 3 pixels and their labels, written out by hand from the format's description. */
const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 10, 20, 30, 40, 50, 255);
const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 4, 1);
const pair = (i = images, l = labels, classes?: number) =>
  examplesFromIdx({ bytes: i, file: "images" }, { bytes: l, file: "labels" }, classes);

describe("decodeIdx", () => {
  it("reads dimensions and bytes", () => {
    expect(decodeIdx(images, "images")).toEqual({ dimensions: [2, 1, 3], data: images.subarray(16) });
  });

  it.each<[string, Uint8Array, string, RegExp]>([
    ["nothing", new Uint8Array(0), "data.idx.magic", /not an IDX file/],
    ["text", new TextEncoder().encode("<html><body>"), "data.idx.magic", /two zero bytes/],
    ["floats", Uint8Array.of(0, 0, 0x0d, 1, 0, 0, 0, 0), "data.idx.type", /type 0x0d/],
    ["no dimensions", Uint8Array.of(0, 0, 8, 0), "data.idx.dimensions", /0 dimensions/],
    ["half a header", images.subarray(0, 10), "data.idx.dimensions", /3 dimensions in a file of 10 bytes/],
    ["a byte too few", images.subarray(0, 21), "data.idx.length", /truncated: 21 bytes instead of 22/],
    ["a byte too many", Uint8Array.of(...images, 0), "data.idx.length", /longer than its header says: 23/],
    [
      "dimensions beyond any file",
      Uint8Array.of(0, 0, 8, 3, ...new Array(12).fill(255), 1),
      "data.idx.length",
      /truncated/,
    ],
  ])("refuses %s", (_, bytes, code, message) => {
    expect(() => decodeIdx(bytes, "some-file")).toThrow(message);
    expect(() => decodeIdx(bytes, "some-file")).toThrow(expect.objectContaining({ code, at: "some-file" }));
  });
});

describe("examplesFromIdx", () => {
  it("puts a channel in front and keeps bytes", () => {
    expect(pair()).toEqual({
      features: images.subarray(16),
      scale: 1 / 255,
      shape: [1, 1, 3],
      labels: Int32Array.of(4, 1),
      classes: 5,
    });
  });

  it.each<[string, () => unknown, RegExp]>([
    ["swapped files", () => pair(labels, images), /swapped/],
    [
      "too few labels",
      () => pair(images, Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 4)),
      /1 labels for the 2 images/,
    ],
    ["an unknown class", () => pair(images, labels, 4), /label 4, but there are only 4 classes/],
  ])("refuses %s", (_, action, message) => {
    expect(action).toThrow(message);
    expect(action).toThrow(expect.objectContaining({ code: "data.idx.pair" }));
  });
});
