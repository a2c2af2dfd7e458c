import { parse } from "csv-parse/sync";
import { expect, it } from "vitest";
import type { ImagePlan } from "../../data/data-plan.ts";
import { readCsv } from "../../data/table/csv.ts";
import { pixelTableReader } from "./pixel-table.ts";

const plan: ImagePlan = { kind: "images", shape: [1, 2, 2], scale: 1 / 255, classNames: ["0", "1", "2"] };
const read = (text: string, classNames = plan.classNames) =>
  readCsv(parse, text, "p.csv", pixelTableReader("p.csv", { ...plan, classNames }));

const expected = {
  features: Uint8Array.of(0, 1, 2, 3, 252, 253, 254, 255),
  scale: 1 / 255,
  shape: [1, 2, 2],
  labels: Int32Array.of(2, 0),
  classes: 3,
};

it.each<[string, string]>([
  ["no header", "2,0,1,2,3\n0,252,253,254,255\n"],
  ["a header of words", "digit,a,b,c,d\n2,0,1,2,3\n0,252,253,254,255\n"],
  ["a label among numbered columns", "label,0,1,2,3\n2,0,1,2,3\n0,252,253,254,255\n"],
  ["a label in the middle", "0,1,Label,2,3\n0,1,2,2,3\n252,253,0,254,255\n"],
  ["numbers written as decimals", "2,0.0,1.0,2.0,3.0\n0,252,253,254,255.0\n"],
])("reads %s", (_, text) => {
  expect(read(text)).toEqual(expected);
});

it("takes classes by name, and by number where no class is called by one", () => {
  const shoes = ["boot", "T-shirt/top", "bag"];
  expect(read("bag,0,1,2,3\nboot,252,253,254,255\n", shoes)).toEqual(expected);
  expect(read("2,0,1,2,3\n0,252,253,254,255\n", shoes)).toEqual(expected);
  expect(() => read("3,0,1,2,3\n", shoes)).toThrow(/the label is "3", which is no class of this run/);
  expect(() => read("1,0,1,2,3\n", ["3", "5"])).toThrow(/its classes are 3, 5\./);
});

it.each<[string, string, string, RegExp]>([
  ["too few pixels", "2,0,1,2,3\n2,0,1,2\n", "data.client.shape", /p\.csv:2: this row has 4 cells.*needs 5/],
  ["another shape", "label,a,b\n1,2,3\n", "data.client.shape", /p\.csv:1: .*\(1 x 2 x 2\)/],
  [
    "a fraction",
    "2,0,0.5,2,3\n",
    "data.client.pixel",
    /p\.csv:1: column 3 holds "0\.5", but a pixel is a whole/,
  ],
  ["a number above 255", "2,0,256,2,3\n", "data.client.pixel", /"256"/],
  ["a number below 0", "2,0,-1,2,3\n", "data.client.pixel", /"-1"/],
  ["an empty cell", "2,0,1,2,3\n2,0,,2,3\n", "data.client.pixel", /p\.csv:2: column 3 holds ""/],
  ["a word", "2,0,1,2,3\n2,0,1,x,3\n", "data.client.pixel", /"x"/],
  ["a header alone", "label,a,b,c,d\n", "data.table.empty", /no rows/],
  ["nothing", "", "data.csv.empty", /empty/],
  ["semicolons", "2;0;1;2;3\n", "data.csv.delimiter", /separated by ";"/],
])("refuses %s", (_, text, code, message) => {
  expect(() => read(text)).toThrow(message);
  expect(() => read(text)).toThrow(expect.objectContaining({ name: "InputError", code }));
});
