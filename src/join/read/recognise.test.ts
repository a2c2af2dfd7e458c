import { expect, it } from "vitest";
import { idxPartner, recognise } from "./recognise.ts";

const found = (...paths: string[]) => recognise(paths, "here");

it("tells tables, pictures and pairs of IDX files by their names, and passes over the rest", () => {
  expect(found("a/notes.txt", "a/Ward.CSV", "a/readme")).toEqual({ kind: "csv", path: "a/Ward.CSV" });
  expect(found("ward.csv.gz")).toEqual({ kind: "csv", path: "ward.csv.gz" });
  expect(found("ward.csv.gz", "ward.csv")).toEqual({ kind: "csv", path: "ward.csv" });
  expect(found("x/ward.parquet")).toEqual({ kind: "parquet", path: "x/ward.parquet" });
  expect(found("cat/1.PNG", "cat/labels.txt", "dog/2.jpeg")).toEqual({
    kind: "pictures",
    paths: ["cat/1.PNG", "dog/2.jpeg"],
  });
  expect(found("m/train-labels.idx1-ubyte", "m/train-images.idx3-ubyte.gz", "m/LICENSE")).toEqual({
    kind: "idx",
    images: "m/train-images.idx3-ubyte.gz",
    labels: "m/train-labels.idx1-ubyte",
  });
  expect(found("notes.txt", "images/readme", "images.zip")).toBeUndefined();
  expect(found()).toBeUndefined();
});

it.each<[string, string[], string, RegExp]>([
  ["two tables", ["a.csv", "b.csv"], "data.client.several", /here holds more than one.*a\.csv and b\.csv/],
  ["a table twice", ["a.csv", "a.parquet"], "data.client.several", /a\.csv and a\.parquet/],
  ["pictures and a table", ["cat/1.png", "a.csv"], "data.client.several", /a\.csv and cat\/1\.png/],
  [
    "two pairs",
    [
      "train-images-idx3-ubyte",
      "train-labels-idx1-ubyte",
      "t10k-images-idx3-ubyte",
      "t10k-labels-idx1-ubyte",
    ],
    "data.client.several",
    /train-images-idx3-ubyte and t10k-images/,
  ],
  ["images alone", ["images-idx3-ubyte"], "data.client.pair", /the file with its labels is not there/],
  ["labels alone", ["labels-idx1-ubyte"], "data.client.pair", /the file with its images is not there/],
])("refuses %s", (_, paths, code, message) => {
  expect(() => found(...paths)).toThrow(message);
  expect(() => found(...paths)).toThrow(expect.objectContaining({ name: "InputError", code }));
});

it("finds the other file of a pair among pairs", () => {
  const folder = [
    "d/t10k-images-idx3-ubyte.gz",
    "d/t10k-labels-idx1-ubyte.gz",
    "d/train-images.idx3-ubyte",
    "d/train-labels.idx1-ubyte.gz",
  ];
  expect(idxPartner(folder[0], folder)).toBe(folder[1]);
  expect(idxPartner(folder[1], folder)).toBe(folder[0]);
  expect(idxPartner(folder[2], folder)).toBe(folder[3]);
  expect(idxPartner("d/emnist-images-idx3-ubyte", folder)).toBeUndefined();
  expect(idxPartner("d/table.csv", folder)).toBeUndefined();
});
