import { expect, test } from "vitest";
import { examplesOfFacts } from "../facts/fact.ts";
import { histogram } from "./histogram.ts";
import { kindsIn } from "./kinds-in.ts";

const facts = [
  { head: 0, relation: 1, tail: 2 },
  { head: 2, relation: 0, tail: 1 },
  { head: 1, relation: 1, tail: 0 },
];
const train = examplesOfFacts(facts, { entities: 3, relations: 2 });
const dataset = { name: "three", train, test: train };

test("facts are told apart by their relations, ways back included", () => {
  const kinds = kindsIn({ ...dataset, relations: ["a", "b"] });
  expect(histogram(kinds, [Int32Array.of(0, 1, 2), Int32Array.of(3, 4, 5)])).toEqual([
    [1, 2],
    [1, 2],
  ]);
});

test("other examples by their classes", () => {
  expect(kindsIn(dataset)).toBe(train);
});
