import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DataPlan, dataPlanOf, dataPlanSchema, type TablePlan } from "../data-plan.ts";
import type { Examples } from "../examples.ts";
import { tableFromCsv } from "./csv.ts";
import { encodeTable } from "./encode.ts";
import { encodeRows } from "./encode-rows.ts";

const csv = (names: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
  [names, ...rows].map((cells) => cells.join(",")).join("\n");

const rowBytes = ({ features, shape }: Examples, row: number) =>
  new Uint8Array(new Float32Array(features.slice(row * shape[0], (row + 1) * shape[0])).buffer);

/** A plan as it comes out of the wire. */
const sent = (plan: DataPlan) => dataPlanSchema.parse(JSON.parse(JSON.stringify(plan))) as TablePlan;

const number = fc.oneof(
  fc.double({ min: -1e6, max: 1e6, noNaN: true }).filter((x) => !Object.is(x, -0)),
  fc.constantFrom(0.1, 1e-300, 1.7e12, 1.7e12 + 1, 3e38),
  fc.integer({ min: -5, max: 5 }),
);
const row = fc.record({
  x: number,
  y: number,
  constant: fc.constant(0.1),
  colour: fc.constantFrom("red", "green", "blue", "none at all"),
  label: fc.constantFrom("yes", "no", "perhaps"),
});

describe("encodeRows", () => {
  it("gives each client the bits that the simulation gives its rows, whatever the order of the columns", () => {
    const tables = fc.record({
      rows: fc
        .array(row, { minLength: 4, maxLength: 30 })
        .filter((rows) => new Set(rows.map(({ label }) => label)).size > 1),
      clients: fc.integer({ min: 1, max: 4 }),
      order: fc.shuffledSubarray(["x", "y", "constant", "colour", "label", "surplus"] as const, {
        minLength: 6,
      }),
    });
    fc.assert(
      fc.property(tables, ({ rows, clients, order }) => {
        const names = ["x", "colour", "label", "y", "constant"] as const;
        const all = csv(
          names,
          rows.map((cells) => names.map((name) => cells[name])),
        );
        const table = tableFromCsv(parse, all, "all.csv", { label: "label" });
        const trained = Int32Array.from(rows.keys()).filter((row) => row % 4 !== 3);
        const test = Int32Array.from(rows.keys()).filter((row) => row % 4 === 3);
        const encoded = encodeTable(table, trained, test);
        const plan = sent(dataPlanOf({ name: "all", ...encoded }));
        for (let client = 0; client < clients; client++) {
          const places = [...trained.keys()].filter((place) => place % clients === client);
          if (places.length === 0) continue;
          const own = csv(
            order,
            places.map((place) => {
              const cells: Record<string, string | number> = { ...rows[trained[place]], surplus: "?" };
              return order.map((name) => cells[name]);
            }),
          );
          const { examples, notes } = encodeRows(plan, tableFromCsv(parse, own, "own.csv", plan));
          expect(examples).toMatchObject({
            shape: encoded.train.shape,
            scale: 1,
            classes: encoded.train.classes,
          });
          expect(notes).toEqual(["Columns that this run does not use are left out: surplus."]);
          places.forEach((place, at) => {
            expect(rowBytes(examples, at)).toEqual(rowBytes(encoded.train, place));
            expect(examples.labels[at]).toBe(encoded.train.labels[place]);
          });
        }
      }),
      { numRuns: 200 },
    );
  });

  const plan: TablePlan = {
    kind: "table",
    label: "kind",
    classNames: ["cat", "dog"],
    features: [
      { name: "length", kind: "number", mean: 10, deviation: 2 },
      { name: "coat", kind: "text", categories: ["long", "short"] },
      { name: "code", kind: "text", categories: ["007", "12", "2A"] },
    ],
  };
  const read = (text: string) => encodeRows(plan, tableFromCsv(parse, text, "pets.csv", plan));

  it("takes a client with one class and one row, and text that looks like numbers", () => {
    const { examples, notes } = read("kind,code,length,coat\ndog,007,12,short\n");
    expect(examples).toEqual({
      features: Float32Array.of(1, 0, 1, 1, 0, 0),
      scale: 1,
      shape: [6],
      labels: Int32Array.of(1),
      classes: 2,
    });
    expect(notes).toEqual([]);
  });

  it("counts categories that the run does not know, and sets no feature for them", () => {
    const { examples, notes } = read(
      "kind,code,length,coat\ndog,7,10,short\ncat,12,10,curly\ncat,3,14,woolly\n",
    );
    expect([...examples.features]).toEqual([0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0]);
    expect(notes).toEqual([
      'Column "coat": 2 cells hold values that this run does not know, first at pets.csv:3; none of its features is set there.',
      'Column "code": 2 cells hold values that this run does not know, first at pets.csv:2; none of its features is set there.',
    ]);
  });

  it("minds neither nameless nor repeated nor empty nor endless columns that it does not need", () => {
    const words = Array.from({ length: 300 }, (_, i) => `${i},dog,007,${i},short,w${i},,\n`).join("");
    const { examples, notes } = read(`,kind,code,length,coat,text,twice,twice\n${words}`);
    expect(examples.labels).toHaveLength(300);
    expect(notes).toEqual(["Columns that this run does not use are left out: column 1, text, twice, twice."]);
  });

  it.each<[string, string, string, string, RegExp]>([
    [
      "a missing column",
      "kind,code,lenght,coat\ndog,007,1,short\n",
      "data.client.column",
      "pets.csv",
      /no column "length", which this run needs: did you mean "lenght"\?/,
    ],
    [
      "a missing label",
      "sort,code,length,coat\ndog,007,1,short\n",
      "data.client.column",
      "pets.csv",
      /no column "kind"/,
    ],
    [
      "a needed column twice",
      "kind,code,length,coat,coat\ndog,007,1,short,long\n",
      "data.table.header",
      "pets.csv:1",
      /two columns are called "coat"/,
    ],
    [
      "an unknown class",
      "kind,code,length,coat\ndog,007,1,short\ncow,007,1,short\n",
      "data.client.class",
      "pets.csv:3",
      /column "kind" holds "cow", which is no class of this run: its classes are cat, dog\./,
    ],
    [
      "text among numbers",
      "kind,code,length,coat\ndog,007,long,short\n",
      "data.client.mismatch",
      "pets.csv:2",
      /column "length" holds text \("long"\), but this run expects numbers/,
    ],
    [
      "a number among words",
      "kind,code,length,coat\ndog,007,1,short\ndog,007,1,3.5\n",
      "data.client.mismatch",
      "pets.csv:3",
      /column "coat" holds a number \("3.5"\), but this run expects text/,
    ],
    [
      "an empty cell",
      "kind,code,length,coat\ndog,007,,short\n",
      "data.table.cell",
      "pets.csv:2",
      /column "length" is empty/,
    ],
    [
      "an infinite cell",
      "kind,code,length,coat\ndog,007,1e39,short\n",
      "data.table.cell",
      "pets.csv:2",
      /1e\+39/,
    ],
    ["no rows", "kind,code,length,coat\n", "data.table.empty", "pets.csv", /no rows/],
  ])("refuses %s", (_, text, code, at, message) => {
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).toThrow(expect.objectContaining({ name: "InputError", code, at }));
  });

  it("refuses rows that a hostile plan blows up beyond memory", () => {
    const categories = Array.from({ length: 256 }, (_, i) => `c${i}`);
    const names = Array.from({ length: 10_000 }, (_, i) => `x${i}`);
    const wide: TablePlan = { ...plan, features: names.map((name) => ({ name, kind: "text", categories })) };
    const table = {
      ...tableFromCsv(parse, "kind,a\ncat,1\ndog,2\n", "w.csv", { label: "kind" }),
      rows: 1000,
    };
    expect(() => encodeRows(wide, table)).toThrow(
      expect.objectContaining({ name: "InputError", code: "data.client.limit" }),
    );
  });
});
