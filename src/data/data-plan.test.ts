import { expect, it } from "vitest";
import { type DataPlan, dataPlanOf, dataPlanSchema } from "./data-plan.ts";
import type { Dataset, Examples } from "./examples.ts";

const images: Examples = {
  features: new Uint8Array(8),
  scale: 1 / 255,
  shape: [1, 2, 2],
  labels: Int32Array.of(0, 1),
  classes: 2,
};
const dataset: Dataset = { name: "dots", train: images, test: images };
const table = {
  kind: "table",
  label: "ill",
  classNames: ["no", "yes"],
  features: [
    { name: "height", kind: "number", mean: 170.5, deviation: 9.75 },
    { name: "colour", kind: "text", categories: ["blue", "red"] },
  ],
} as const;
const kin = { kind: "facts", entities: ["Ann", "Bob"], relations: ["knows"], holdOut: false } as const;
const picture = { kind: "images", shape: [3, 28, 28], scale: 1 / 255, classNames: ["cat", "dog"] } as const;

it("describes images by shape, scale and classes, numbered where they have no names", () => {
  expect(dataPlanOf(dataset)).toEqual({
    kind: "images",
    shape: [1, 2, 2],
    scale: 1 / 255,
    classNames: ["0", "1"],
  });
  expect(dataPlanOf({ ...dataset, classNames: ["a", "b"] })).toMatchObject({ classNames: ["a", "b"] });
});

it("describes tables by their encoding, and survives JSON bit for bit", () => {
  const { kind, ...encoding } = table;
  const plan = dataPlanOf({ ...dataset, encoding });
  expect(plan).toEqual(table);
  expect(dataPlanSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(table);
});

it("describes facts by the names of entities and relations, numbered where entities have none", () => {
  const facts = { ...dataset, train: { ...images, features: new Float32Array(4), shape: [2] } };
  const { entities, relations } = kin;
  expect(dataPlanOf({ ...facts, classNames: entities, relations })).toEqual(kin);
  expect(dataPlanOf({ ...facts, relations }, true)).toEqual({ ...kin, entities: ["0", "1"], holdOut: true });
});

it("says what in the data is too large for a plan", () => {
  const feature = { name: "x".repeat(201), kind: "number", mean: 0, deviation: 1 } as const;
  const encoding = { label: "ill", classNames: ["no", "yes"], features: [feature] };
  expect(() => dataPlanOf({ ...dataset, encoding })).toThrow(
    /^The data of dots cannot be described to clients: features: 0: name: .*200/,
  );
  const floats = { ...images, features: new Float32Array(8) };
  expect(() => dataPlanOf({ ...dataset, train: floats })).toThrow(
    expect.objectContaining({ name: "InputError", code: "data.plan" }),
  );
});

const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);
const text = (categories: unknown): unknown => ({
  ...table,
  features: [{ name: "colour", kind: "text", categories }],
});
const numeric = (change: object): unknown => ({
  ...table,
  features: [{ ...table.features[0], ...change }],
});

it("takes plans at the bounds", () => {
  const features = names(10_000).map((name) => ({ name, kind: "number", mean: 0, deviation: 1 }));
  for (const plan of [
    table,
    picture,
    kin,
    { ...kin, entities: names(100_000), relations: names(10_000) },
    { ...kin, entities: ["x".repeat(200), "__proto__"], relations: ["Ann"] },
    { ...table, features },
    { ...table, classNames: names(1000) },
    text(names(256)),
    { ...picture, shape: [4096, 4096] },
  ]) {
    expect(dataPlanSchema.safeParse(plan).success).toBe(true);
  }
});

it.each<[string, unknown]>([
  ["nothing", null],
  ["text", "table"],
  ["a list", [table]],
  ["no kind", { ...table, kind: undefined }],
  ["another kind", { ...table, kind: "video" }],
  ["a surplus key", { ...table, script: "alert(1)" }],
  ["a surplus key of a column", numeric({ hidden: true })],
  ["no columns", { ...table, features: [] }],
  ["too many columns", { ...table, features: names(10_001).map((name) => ({ ...table.features[0], name })) }],
  ["a column twice", { ...table, features: [table.features[0], table.features[0]] }],
  ["the label among the features", { ...table, label: "height" }],
  ["a class twice", { ...table, classNames: ["no", "no"] }],
  ["no classes", { ...table, classNames: [] }],
  ["too many classes", { ...table, classNames: names(1001) }],
  ["a class that is no text", { ...table, classNames: ["no", 1] }],
  ["too many categories", text(names(257))],
  ["a category twice", text(["red", "red"])],
  ["no categories", text([])],
  ["categories that are an object", text({ length: 3 })],
  ["an endless name", numeric({ name: "x".repeat(201) })],
  ["an empty name", numeric({ name: "" })],
  ["a mean that is none", numeric({ mean: null })],
  ["a deviation of zero", numeric({ deviation: 0 })],
  ["a negative deviation", numeric({ deviation: -1 })],
  ["an infinite deviation", numeric({ deviation: Number.POSITIVE_INFINITY })],
  ["an image of no pixels", { ...picture, shape: [3, 0, 28] }],
  ["an image of parts of pixels", { ...picture, shape: [3, 0.5, 28] }],
  ["an image without shape", { ...picture, shape: [] }],
  ["an image beyond memory", { ...picture, shape: [3, 65_536, 65_536] }],
  ["an image of many dimensions", { ...picture, shape: new Array(9).fill(1) }],
  ["a scale of zero", { ...picture, scale: 0 }],
  ["a single entity", { ...kin, entities: ["Ann"] }],
  ["too many entities", { ...kin, entities: names(100_001) }],
  ["an entity twice", { ...kin, entities: ["Ann", "Ann"] }],
  ["an entity without name", { ...kin, entities: ["Ann", ""] }],
  ["an entity's endless name", { ...kin, entities: ["Ann", "x".repeat(201)] }],
  ["an entity that is a number", { ...kin, entities: ["Ann", 1] }],
  ["no relations", { ...kin, relations: [] }],
  ["too many relations", { ...kin, relations: names(10_001) }],
  ["a relation twice", { ...kin, relations: ["knows", "knows"] }],
  ["a relation's endless name", { ...kin, relations: ["x".repeat(201)] }],
  ["a surplus key of facts", { ...kin, owners: [] }],
  ["facts without relations", { ...kin, relations: undefined }],
  ["facts that are held out or not", { ...kin, holdOut: undefined }],
])("refuses %s", (_, plan) => {
  expect(dataPlanSchema.safeParse(plan).success).toBe(false);
});

it("does not let a plan reach an object's prototype", () => {
  const plan = JSON.parse(JSON.stringify(table).replace('"kind":"table"', '"kind":"table","__proto__":{}'));
  expect(dataPlanSchema.safeParse(plan).success).toBe(false);
  const features: DataPlan = {
    ...table,
    features: [{ name: "__proto__", kind: "text", categories: ["constructor", "__proto__"] }],
  };
  expect(dataPlanSchema.parse(features)).toEqual(features);
});
