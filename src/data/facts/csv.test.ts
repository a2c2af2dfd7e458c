import { parse as parseInBrowser } from "csv-parse/browser/esm/sync";
import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { readCsv } from "../table/csv.ts";
import { factsReader } from "./csv.ts";

const read = (text: string, owners = true, parseCsv = parse) =>
  readCsv(parseCsv, text, "kin.csv", factsReader("kin.csv", { owners }));

const text =
  '\ufeffowner,tail,note,head,relation,\r\nwest,"Kent, Clark",,Lois,"knows",x\r\n\r\neast, Lois ,,Lois,knows,\r\n';
const stated = {
  file: "kin.csv",
  entities: ["Lois", "Kent, Clark"],
  relations: ["knows"],
  facts: [
    { head: 0, relation: 0, tail: 1 },
    { head: 0, relation: 0, tail: 0 },
  ],
  lines: [2, 4],
  owners: ["west", "east"],
  notes: ["Columns that this run does not use are left out: note, column 6."],
};

test("reads facts by the names of the columns, with their owners where those are wanted", () => {
  expect(read(text)).toEqual(stated);
  const { owners, ...others } = stated;
  expect(read(text, false)).toEqual({
    ...others,
    notes: ["Columns that this run does not use are left out: owner, note, column 6."],
  });
  expect(read("head,relation,tail\na,r,b\n")).not.toHaveProperty("owners");
});

test("reads the same with csv-parse's build for browsers", () => {
  expect(read(text, true, parseInBrowser)).toEqual(stated);
});

test("takes names at the bound, and such as objects have", () => {
  const long = "x".repeat(200);
  expect(read(`head,relation,tail\n${long},__proto__,constructor\n`)).toMatchObject({
    entities: [long, "constructor"],
    relations: ["__proto__"],
  });
});

test("cuts what it tells of columns, not within a letter", () => {
  const [kept, cut] = ["𝄞".repeat(60), "𝄞".repeat(61)];
  expect(read(`head,relation,tail,${kept},${cut}\na,r,b,,\n`).notes).toEqual([
    `Columns that this run does not use are left out: ${kept}, ${"𝄞".repeat(59)}….`,
  ]);
});

test("takes letters of any script, and signs within words", () => {
  const names = ["שלום", "नक्\u200dष"];
  expect(read(`head,relation,tail\n${names[0]},عربي,${names[1]}\n`).entities).toEqual(names);
});

const head = "head,relation,tail,owner\n";

test.each<[string, string, string, string, RegExp]>([
  ["nothing", "", "data.csv.empty", "kin.csv", /kin\.csv is empty/],
  ["a header alone", head, "data.table.empty", "kin.csv", /has a header but no rows/],
  ["semicolons", "head;relation;tail\n", "data.csv.delimiter", "kin.csv:1", /separated by ";"/],
  [
    "a missing column",
    "head,rel,tail\na,r,b\n",
    "data.facts.column",
    "kin.csv:1",
    /no column "relation", which facts need: its first line names head, rel, tail\.$/,
  ],
  [
    "a misspelt column",
    "head,realtion,tail\na,r,b\n",
    "data.facts.column",
    "kin.csv:1",
    /no column "relation", which facts need: rename its column "realtion" to "relation"\.$/,
  ],
  [
    "a column in capitals",
    "Head,relation,tail\na,r,b\n",
    "data.facts.column",
    "kin.csv:1",
    /^kin\.csv has no column "head", which facts need: rename its column "Head" to "head"\.$/,
  ],
  [
    "columns with endless names",
    `a,b,${"x".repeat(61)}\n`,
    "data.facts.column",
    "kin.csv:1",
    /: its first line names a, b, x{59}…\.$/,
  ],
  ["a column twice", "head,tail,relation,tail\n", "data.table.header", "kin.csv:1", /called "tail"/],
  ["two owners", "head,relation,tail,owner,owner\n", "data.table.header", "kin.csv:1", /called "owner"/],
  ["a short row", `${head}a,r,b\n`, "data.csv.ragged", "kin.csv:2", /has 3 cells/],
  [
    "a blank head",
    `${head}a,r,b,o\n ,r,b,o\n`,
    "data.facts.cell",
    "kin.csv:3",
    /^kin\.csv:3: column "head" is empty/,
  ],
  ["a blank relation", `${head}a,,b,o\n`, "data.facts.cell", "kin.csv:2", /column "relation" is empty/],
  ["a blank tail", `${head}a,r,,o\n`, "data.facts.cell", "kin.csv:2", /column "tail" is empty/],
  ["a blank owner", `${head}a,r,b,\n`, "data.facts.cell", "kin.csv:2", /column "owner" is empty/],
  [
    "an endless name",
    `${head}a,r,${"x".repeat(201)},o\n`,
    "data.facts.cell",
    "kin.csv:2",
    /column "tail" holds a name of 201 characters, more than 200: shorten it everywhere\.$/,
  ],
  [
    "a line break in a name",
    `${head}a,r,"b\nc",o\n`,
    "data.facts.cell",
    "kin.csv:3",
    /column "tail" holds a name with the invisible character U\+000A: remove it everywhere\.$/,
  ],
  [
    "a control character of Latin-1",
    `${head}a,r\u0085s,b,o\n`,
    "data.facts.cell",
    "kin.csv:2",
    /column "relation" holds a name with the invisible character U\+0085/,
  ],
  [
    "a name that turns the text around",
    `${head}a,r,b,\u202eo\n`,
    "data.facts.cell",
    "kin.csv:2",
    /column "owner" holds a name with the invisible character U\+202E/,
  ],
  [
    "a name that isolates text",
    `${head}a\u2066,r,b,o\n`,
    "data.facts.cell",
    "kin.csv:2",
    /column "head" holds a name with the invisible character U\+2066/,
  ],
])("refuses %s", (_, text, code, at, message) => {
  expect(() => read(text)).toThrow(message);
  expect(() => read(text)).toThrow(expect.objectContaining({ name: "InputError", code, at }));
});

test("refuses more facts than it could hold", () => {
  const reader = factsReader("kin.csv", { owners: false });
  reader.record(["head", "relation", "tail"], 1);
  for (let fact = 1; fact <= 2_000_000; fact++) reader.record(["a", "r", "b"], fact + 1);
  expect(() => reader.record(["a", "r", "b"], 2_000_002)).toThrow(
    expect.objectContaining({
      code: "data.facts.limit",
      at: "kin.csv:2000002",
      message: "kin.csv:2000002: this file states more than 2000000 facts: bring fewer.",
    }),
  );
});

test("an owner's blank is no matter where owners are not wanted", () => {
  expect(read(`${head}a,r,b,\n`, false).facts).toHaveLength(1);
});
