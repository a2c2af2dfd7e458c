import { expect, test } from "vitest";
import { fromBitmap, toBitmap } from "./bitmap.ts";
import { decodeRoster, encodeRoster } from "./roster.ts";

const ROSTER = {
  names: ["a", 'ü\n,"', "c"],
  keys: [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte)),
};

test("a roster comes out as it went in", () => {
  expect(decodeRoster(encodeRoster(ROSTER))).toEqual(ROSTER);
});

test("a roster is refused that is not well-formed", () => {
  const { names, keys } = encodeRoster(ROSTER);
  const text = (value: string) => new TextEncoder().encode(value);
  for (const tensors of [
    undefined,
    { names },
    { names: new Uint32Array(names), keys },
    { names, keys: keys.slice(1) },
    { names: names.slice(1), keys },
    { names: Uint8Array.of(0xff, 0xff), keys },
    { names: text('["a","b","a"]'), keys },
    { names: text('["a","b",3]'), keys },
    { names: text("[]"), keys: new Uint8Array() },
  ]) {
    expect(decodeRoster(tensors)).toBeUndefined();
  }
});

test("bitmaps come out as they went in, and others are refused", () => {
  for (const set of [[], [0], [0, 7, 8, 9], [9]]) expect(fromBitmap(toBitmap(set, 10), 10)).toEqual(set);
  for (const bytes of [undefined, new Uint8Array(1), new Uint8Array(3), Uint8Array.of(0, 4)]) {
    expect(fromBitmap(bytes, 10)).toBeUndefined();
  }
});
