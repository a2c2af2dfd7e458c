import { parse as parseInBrowser } from "csv-parse/browser/esm/sync";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { tableFromCsv } from "./csv.ts";

const read = (text: string, roles: { label: string; id?: string } = { label: "kind" }) =>
  tableFromCsv(parse, text, "flowers.csv", roles);

describe("tableFromCsv", () => {
  const text =
    '\ufefflength,colour,kind,owner\r\n1.5,red,b,007\r\n\r\n-2e1,"light ""blue"", pale",a,7\r\n.5 , red,b,007\r\n';
  const roles = { label: "kind", id: "owner" };

  it("reads numbers, categories in sorted order, classes and owners", () => {
    expect(read(text, roles)).toEqual({
      file: "flowers.csv",
      rows: 3,
      features: [
        { name: "length", kind: "number", values: [1.5, -20, 0.5] },
        { name: "colour", kind: "text", values: [1, 0, 1], categories: ['light "blue", pale', "red"] },
      ],
      label: "kind",
      labels: Int32Array.of(1, 0, 1),
      classNames: ["a", "b"],
      owners: ["007", "7", "007"],
    });
  });

  it("reads the same with csv-parse's build for browsers", () => {
    expect(tableFromCsv(parseInBrowser, text, "flowers.csv", roles)).toEqual(read(text, roles));
  });

  it("sorts whole-number labels by value, others as text", () => {
    expect(read("x,kind\n1,10\n2,9\n3,-1\n").classNames).toEqual(["-1", "9", "10"]);
    expect(read("x,kind\n1,10\n2,9\n3,b\n").classNames).toEqual(["10", "9", "b"]);
  });

  const manyWords = Array.from({ length: 300 }, (_, i) => `w${i},${i % 2}`).join("\n");
  const manyLabels = Array.from({ length: 1001 }, (_, i) => `1,${i}`).join("\n");

  it.each<[string, string, string, string, RegExp]>([
    ["nothing", "", "data.csv.empty", "flowers.csv", /flowers\.csv is empty/],
    ["only blank lines", "\n\n", "data.csv.empty", "flowers.csv", /is empty/],
    [
      "a header alone",
      "x,kind\n",
      "data.table.empty",
      "flowers.csv",
      /flowers\.csv has a header but no rows/,
    ],
    [
      "semicolons",
      "x;kind\n1;2\n",
      "data.csv.delimiter",
      "flowers.csv:1",
      /flowers\.csv:1.*separated by ";"/,
    ],
    ["tabs", "x\tkind\n1\t2\n", "data.csv.delimiter", "flowers.csv:1", /separated by "\\t"/],
    ["one column", "kind\n1\n2\n", "data.csv.delimiter", "flowers.csv:1", /single column/],
    [
      "a missing label column",
      "x,kinds\n1,a\n",
      "data.table.column",
      "data.label",
      /flowers\.csv has no column "kind".*did you mean "kinds"\?/,
    ],
    ["no similar column", "x,y\n1,a\n", "data.table.column", "data.label", /its first line names x, y/],
    [
      "a repeated name",
      "x,x,kind\n1,2,a\n",
      "data.table.header",
      "flowers.csv:1",
      /two columns are called "x"/,
    ],
    ["a nameless column", "x,,kind\n1,2,a\n", "data.table.header", "flowers.csv:1", /column 2 has no name/],
    [
      "a short row",
      "x,y,kind\n1,2,a\n\n1,b\n",
      "data.csv.ragged",
      "flowers.csv:4",
      /flowers\.csv:4: this row has 2 cells, but the header names 3/,
    ],
    ["a long row", "x,kind\n1,a,b\n", "data.csv.ragged", "flowers.csv:2", /has 3 cells/],
    [
      "an empty cell",
      "x,kind\n1,a\n,b\n",
      "data.table.cell",
      "flowers.csv:3",
      /flowers\.csv:3: column "x" is empty/,
    ],
    ["an empty label", "x,kind\n1,a\n2,\n", "data.table.cell", "flowers.csv:3", /column "kind" is empty/],
    [
      "NaN",
      "x,kind\n1,a\nNaN,b\n",
      "data.table.cell",
      "flowers.csv:3",
      /flowers\.csv:3: column "x" holds NaN/,
    ],
    ["infinity in the first row", "x,kind\n-inf,a\n1,b\n", "data.table.cell", "flowers.csv:2", /-Infinity/],
    ["a number beyond doubles", "x,kind\n1e999,a\n1,b\n", "data.table.cell", "flowers.csv:2", /Infinity/],
    ["a number beyond 32-bit floats", "x,kind\n1,a\n1e39,b\n", "data.table.cell", "flowers.csv:3", /1e\+39/],
    [
      "a word among numbers",
      "x,kind\n1,a\n12x,b\n",
      "data.table.mixed",
      "flowers.csv:3",
      /flowers\.csv:3: column "x" holds text \("12x"\) after numbers/,
    ],
    [
      "a number among words",
      "x,kind\nred,a\n1,b\n",
      "data.table.mixed",
      "flowers.csv:3",
      /a number \(1\) after text/,
    ],
    ["free text", `x,kind\n${manyWords}\n`, "data.table.categories", "flowers.csv:258", /more than 256/],
    ["a single class", "x,kind\n1,a\n2,a\n", "data.table.classes", "flowers.csv", /same value "a"/],
    [
      "a label that is no class",
      `x,kind\n${manyLabels}\n`,
      "data.table.classes",
      "flowers.csv",
      /1001 different values/,
    ],
    [
      "an open quote",
      'x,kind\n1,a\n"2,b\n',
      "data.csv.syntax",
      "flowers.csv:3",
      /flowers\.csv:3: this is not well-formed/,
    ],
    ["a quote inside a cell", 'x,kind\n1,a"b\n', "data.csv.syntax", "flowers.csv:2", /flowers\.csv:2/],
  ])("refuses %s", (_, csv, code, at, message) => {
    expect(() => read(csv)).toThrow(message);
    expect(() => read(csv)).toThrow(expect.objectContaining({ name: "InputError", code, at }));
  });

  it("refuses a file with nothing but label and owner, or one column as both", () => {
    expect(() => read("owner,kind\n1,a\n", roles)).toThrow(
      expect.objectContaining({ code: "data.table.features" }),
    );
    expect(() => read("x,kind\n1,a\n", { label: "kind", id: "kind" })).toThrow(/both data.label and data.id/);
  });
});
