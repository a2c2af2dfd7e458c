import { expect, test } from "vitest";
import { parseSynset } from "./parse.ts";
import { triplesOf } from "./relations.ts";

/** Lines of WordNet 3.1's data.noun and data.adj, the second shortened by most of its pointers. */
const entity =
  "00001740 03 n 01 entity 0 003 ~ 00001930 n 0000 ~ 00002137 n 0000 ~ 04431553 n 0000 | that which is perceived or known or inferred to have its own distinct existence (living or nonliving)  ";
const able =
  '00001740 00 a 01 able 0 003 = 05207437 n 0000 + 05624029 n 0101 ! 00002098 a 0101 | (usually followed by `to\') having the necessary means or skill or know-how or authority to do something; "able to swim"  ';

test("a line with its pointers", () => {
  expect(parseSynset(entity, "n")).toEqual({
    id: "n00001740",
    file: 3,
    word: "entity",
    pointers: ["n00001930", "n00002137", "n04431553"].map((target) => ({ symbol: "~", target })),
  });
  expect(parseSynset(able, "a")?.pointers).toEqual([
    { symbol: "=", target: "n05207437" },
    { symbol: "+", target: "n05624029" },
    { symbol: "!", target: "a00002098" },
  ]);
});

test("words are counted in base 16, and marks of their place are cut off", () => {
  const words = Array.from({ length: 17 }, (_, k) => `w${k}${k === 0 ? "(p)" : ""} 0`).join(" ");
  const line = `00000042 44 a 11 ${words} 001 & 00000043 a 0000 | gloss`;
  expect(parseSynset(line, "a")).toEqual({
    id: "a00000042",
    file: 44,
    word: "w0",
    pointers: [{ symbol: "&", target: "a00000043" }],
  });
});

test("lines of the licence are none, and others are refused", () => {
  expect(parseSynset("  1 This software and database is being provided to you", "n")).toBeUndefined();
  expect(parseSynset("", "n")).toBeUndefined();
  expect(() => parseSynset("not a line", "n")).toThrow(/no line of a WordNet data file: "not a line"/);
});

test("symmetric relations are read once, those of one direction as they stand", () => {
  const synset = (id: string, pointers: [string, string][]) => ({
    ...{ id, file: 3, word: id },
    pointers: pointers.map(([symbol, target]) => ({ symbol, target })),
  });
  const triples = triplesOf([
    synset("v00000001", [["+", "n00000002"]]),
    synset("n00000002", [
      ["+", "v00000001"],
      ["@", "n00000003"],
      ["@", "n00000002"],
    ]),
    synset("n00000003", [["~", "n00000002"]]),
  ]);
  expect(triples).toEqual([
    { head: "n00000002", relation: "derivation n-v", tail: "v00000001" },
    { head: "n00000002", relation: "hypernym n", tail: "n00000003" },
  ]);
});
