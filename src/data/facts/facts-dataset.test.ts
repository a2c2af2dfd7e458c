import { expect, test } from "vitest";
import type { Examples } from "../examples.ts";
import type { StatedFacts } from "./csv.ts";
import { factsDataset } from "./facts-dataset.ts";

/** A ring of ten, and what two of them say besides. */
const names = Array.from({ length: 10 }, (_, i) => `e${i}`);
const ring = names.map((name, i) => [name, "next", names[(i + 1) % 10], "all"]);

function stated(rows: readonly (readonly string[])[], hasOwners = true): StatedFacts {
  const entities = [...new Set(rows.flatMap(([head, , tail]) => [head, tail]))];
  const relations = [...new Set(rows.map(([, relation]) => relation))];
  return {
    file: "ring.csv",
    entities,
    relations,
    facts: rows.map(([head, relation, tail]) => ({
      head: entities.indexOf(head),
      relation: relations.indexOf(relation),
      tail: entities.indexOf(tail),
    })),
    lines: rows.map((_, i) => i + 2),
    ...(hasOwners && { owners: rows.map((row) => row[3]) }),
    notes: [],
  };
}

const rowsOf = ({ features, labels }: Examples, owners: readonly string[] = []) =>
  Array.from(labels, (label, row) => `${features.subarray(2 * row, 2 * row + 2)},${label},${owners[row]}`);

test("numbers names by their code units, and makes two rows of each fact", () => {
  const dataset = factsDataset("ring", stated([...ring, ["e1", "Über", "e0", "all"]]));
  expect(dataset).toMatchObject({
    name: "ring",
    classNames: names,
    relations: ["next", "Über"],
    ranges: [10, 4],
    train: { shape: [2], classes: 10, scale: 1 },
    test: { shape: [2], classes: 10, scale: 1 },
  });
  expect(rowsOf(dataset.test)).toHaveLength(2);
  const rows = [...rowsOf(dataset.train), ...rowsOf(dataset.test)];
  expect(rows).toHaveLength(22);
  expect(rows).toContain("9,0,0,undefined");
  expect(rows).toContain("0,2,9,undefined");
  expect(rows).toContain("1,1,0,undefined");
  expect(rows).toContain("0,3,1,undefined");
});

test("is the same whatever the order of the rows and however often they come", () => {
  const rows = [...ring, ["e1", "other", "e0", "all"], ["e1", "other", "e0", "b"]];
  const dataset = factsDataset("ring", stated(rows));
  expect(factsDataset("ring", stated([...rows.toReversed(), ...ring.slice(3)]))).toEqual(dataset);
});

test("gives what two owners state to both, and holds it out from both", () => {
  const rows = ring.flatMap(([head, relation, tail]) => [
    [head, relation, tail, "b"],
    [head, relation, tail, "a"],
  ]);
  const { train, test, owners, testOwners } = factsDataset("ring", stated(rows));
  expect(testOwners).toEqual(["a", "a", "b", "b"]);
  expect(owners).toHaveLength(36);
  expect(rowsOf(test).slice(0, 2)).toEqual(rowsOf(test).slice(2));
  expect(new Set(rowsOf(train, owners))).toHaveProperty("size", 36);
});

test("takes relations for owners where the file names none", () => {
  const { owners, testOwners } = factsDataset("ring", stated([...ring, ["e1", "other", "e0"]], false));
  expect(owners?.filter((owner) => owner === "other")).toHaveLength(2);
  expect(new Set([...owners!, ...testOwners!])).toEqual(new Set(["next", "other"]));
});

const row = (i: number): string[] => [`e${i}`, "next", `e${i + 1}`, "all"];

test.each<[string, StatedFacts, string, RegExp]>([
  [
    "one entity",
    stated([["a", "r", "a", "o"]]),
    "data.facts.entities",
    /speaks of 1 entity: bring facts about 2/,
  ],
  [
    "too many entities",
    { ...stated(ring), entities: Array.from({ length: 100_001 }, (_, i) => `e${i}`) },
    "data.facts.entities",
    /speaks of 100001 entities: bring facts about 2 to 100000/,
  ],
  [
    "too many relations",
    { ...stated(ring), relations: Array.from({ length: 10_001 }, (_, i) => `r${i}`) },
    "data.facts.relations",
    /names 10001 relations, more than 10000/,
  ],
  [
    "facts each of which is needed",
    stated([row(0), row(2), row(4)]),
    "data.facts.few",
    /^ring\.csv states too few facts, or they overlap too little: .*; add facts about the same things\.$/,
  ],
])("refuses %s", (_, facts, code, message) => {
  expect(() => factsDataset("ring", facts)).toThrow(message);
  expect(() => factsDataset("ring", facts)).toThrow(
    expect.objectContaining({ name: "InputError", code, at: "ring.csv" }),
  );
});
