import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { dataPlanOf } from "../data-plan.ts";
import { datasets } from "../datasets.ts";
import { wordnetRelations } from "../wordnet/wordnet.ts";
import { loadDataset } from "./load.ts";

const dataset = await loadDataset({ dataset: "wordnet" }, { seed: 1, baseFolder: "." });
const { train, test: heldOut, owners, testOwners, classNames } = dataset;
const relations = wordnetRelations.length;

/** Rows as `[entity, relation, label]`. */
const rowsOf = ({ features, labels }: typeof train) =>
  Array.from(labels, (label, row) => [features[2 * row], features[2 * row + 1], label]);

test("the card says how much there is", () => {
  const card = datasets.find(({ name }) => name === "wordnet")!;
  expect({ train: train.labels.length, test: heldOut.labels.length, classes: train.classes }).toEqual({
    train: card.train,
    test: card.test,
    classes: card.classes,
  });
  expect(new Set(classNames).size).toBe(card.classes);
  expect(owners).toHaveLength(card.train);
  expect(testOwners).toHaveLength(card.test);
});

test("its bits are those that published figures rest on", () => {
  const hash = createHash("sha256");
  for (const { features, labels } of [train, heldOut])
    hash.update(new Uint8Array(features.buffer)).update(new Uint8Array(labels.buffer));
  expect(hash.digest("hex")).toBe("7115d973518b163255aba9d483f5a1b28e7a95fc29b64431aa844e6e462bbdcd");
});

test("clients are told its words", () => {
  expect(dataset).toMatchObject({ ranges: [1998, 44], relations: wordnetRelations });
  const plan = { kind: "facts", entities: classNames, relations: wordnetRelations };
  expect(dataPlanOf(dataset)).toEqual({ ...plan, holdOut: false });
  expect(dataPlanOf(dataset, true)).toEqual({ ...plan, holdOut: true });
});

test("every fact is asked both ways, and none is in both parts", () => {
  for (const examples of [train, heldOut]) {
    const rows = rowsOf(examples);
    for (let row = 0; row < rows.length; row += 2) {
      const [head, relation, tail] = rows[row];
      expect(rows[row + 1]).toEqual([tail, relation + relations, head]);
      expect(relation).toBeLessThan(relations);
    }
  }
  const seen = new Set(rowsOf(train).map(String));
  expect(rowsOf(heldOut).filter((row) => seen.has(String(row)))).toEqual([]);
});

test("a tenth of each relation is held out, and all that is asked about is known from training", () => {
  const count = (examples: typeof train, relation: number) =>
    rowsOf(examples).filter((row) => row[1] === relation).length;
  for (const relation of wordnetRelations.keys()) {
    const held = count(heldOut, relation);
    const all = held + count(train, relation);
    expect(all).toBeGreaterThanOrEqual(20);
    // Not quite a tenth where synsets would have nothing left.
    expect(held).toBeLessThanOrEqual(Math.round(all / 10));
    expect(held).toBeGreaterThanOrEqual(Math.floor(all / 20));
  }
  const known = new Set(rowsOf(train).flatMap(([entity, , label]) => [entity, label]));
  for (const [entity, , label] of rowsOf(heldOut)) {
    expect(known.has(entity)).toBe(true);
    expect(known.has(label)).toBe(true);
  }
});

test("a fact that everyone knows", () => {
  const names = classNames!;
  const facts = [...rowsOf(train), ...rowsOf(heldOut)].map(
    ([entity, relation, label]) =>
      `${names[entity]} ${wordnetRelations[relation % relations]}${relation < relations ? "" : " of"} ${names[label]}`,
  );
  expect(facts).toContain("France.n instance hypernym n European_country.n");
});

test("limits keep rows together with their owners", async () => {
  const some = await loadDataset({ dataset: "wordnet", train: 100, test: 10 }, { seed: 3, baseFolder: "." });
  expect(some.owners).toHaveLength(100);
  expect(some.testOwners).toHaveLength(10);
  const ownerOf = new Map(rowsOf(train).map((row, i) => [String(row), owners![i]]));
  rowsOf(some.train).forEach((row, i) => {
    expect(some.owners![i]).toBe(ownerOf.get(String(row)));
  });
});
