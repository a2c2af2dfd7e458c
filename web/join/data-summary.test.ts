import { expect, test } from "vitest";
import type { DataPlan } from "../../src/data/data-plan.ts";
import { examplesOfFacts } from "../../src/data/facts/fact.ts";
import { selectRows } from "../../src/data/select.ts";
import { contentOf } from "./data-summary.ts";

const plan: DataPlan = {
  kind: "facts",
  entities: ["ann", "bob", "cleo", "dan", "eve"],
  relations: ["knows", "likes", "teaches"],
  holdOut: true,
};
const vocabulary = { entities: 5, relations: 3 };
const facts = examplesOfFacts(
  [
    { head: 0, relation: 0, tail: 1 },
    { head: 1, relation: 0, tail: 0 },
    { head: 0, relation: 1, tail: 1 },
    { head: 0, relation: 1, tail: 3 },
  ],
  vocabulary,
);

test("facts are counted once, with those held out, and so is of what they speak", () => {
  const heldOut = examplesOfFacts([{ head: 3, relation: 0, tail: 1 }], vocabulary);
  expect(contentOf({ examples: facts, heldOut }, plan)).toEqual({
    ...{ kind: "facts", facts: 5, heldOut: 1, entities: 3, relations: 2 },
    known: { entities: 5, relations: 3 },
  });
});

test("a fact of which only one way is dealt is a fact, and one that comes twice is one", () => {
  const rows = Int32Array.of(0, 3, 6, 7, 6);
  expect(contentOf({ examples: selectRows(facts, rows) }, plan)).toMatchObject({ facts: 3 });
});

test("where nothing is held out nothing is told of it", () => {
  expect(contentOf({ examples: facts }, { ...plan, holdOut: false })).not.toHaveProperty("heldOut");
});

test("examples are counted by class", () => {
  const pictures: DataPlan = { kind: "images", shape: [1, 1, 1], scale: 1, classNames: ["a", "b", "c"] };
  const labels = Int32Array.of(2, 0, 2);
  const examples = { features: new Uint8Array(3), scale: 1, shape: [1, 1, 1], labels, classes: 3 };
  expect(contentOf({ examples }, pictures)).toEqual({ kind: "classes", counts: [1, 0, 2] });
});
