import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import { partition } from "../partition/partition.ts";
import { loadDataset } from "./load.ts";

let baseFolder: string;
beforeAll(async () => {
  baseFolder = await mkdtemp(join(tmpdir(), "coterie-tables-"));
});
afterAll(() => rm(baseFolder, { recursive: true }));

const rows = 200;
const random = SimulationRandom.fromSeed(11);
const columns = {
  height: Array.from({ length: rows }, () => 170 + 10 * random.normal()),
  count: Array.from({ length: rows }, () => random.integer(50)),
  colour: Array.from({ length: rows }, () => ["red", "green", "blue"][random.integer(3)]),
  ill: Array.from({ length: rows }, () => ["no", "yes"][random.integer(2)]),
  ward: Array.from({ length: rows }, (_, row) => `ward ${row % 7}`),
};
type Columns = typeof columns;

function csvText(names = Object.keys(columns) as (keyof Columns)[]): string {
  const lines = columns.ill.map((_, row) => names.map((name) => columns[name][row]).join(","));
  return `${[names.join(","), ...lines].join("\n")}\n`;
}

function parquetBytes(options: Partial<Parameters<typeof parquetWriteBuffer>[0]> = {}): Uint8Array {
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: "height", data: columns.height, type: "DOUBLE" },
        { name: "count", data: columns.count.map(BigInt), type: "INT64" },
        { name: "colour", data: columns.colour, type: "STRING" },
        { name: "ill", data: columns.ill, type: "STRING" },
        { name: "ward", data: columns.ward, type: "STRING" },
      ],
      rowGroupSize: 64,
      ...options,
    }),
  );
}

const roles = { label: "ill", id: "ward" };
const options = () => ({ seed: 3, baseFolder });

describe("CSV", () => {
  it("becomes standardised features, classes and owners, ready for a natural partition", async () => {
    await writeFile(join(baseFolder, "wards.csv"), csvText());
    const dataset = await loadDataset({ csv: "wards.csv", ...roles }, options());
    expect(dataset).toMatchObject({ name: "wards", classNames: ["no", "yes"] });
    expect(dataset.train).toMatchObject({ shape: [5], scale: 1, classes: 2 });
    expect([dataset.train.labels.length, dataset.test.labels.length]).toEqual([160, 40]);
    for (const column of [0, 1]) {
      const values = [...dataset.train.features].filter((_, i) => i % 5 === column);
      const mean = values.reduce((a, b) => a + b) / 160;
      expect(mean).toBeCloseTo(0, 6);
      expect(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 160).toBeCloseTo(1, 6);
    }
    const shards = partition({ kind: "natural" }, dataset.train, {
      clients: 7,
      random: SimulationRandom.fromSeed(1),
      ...(dataset.owners === undefined ? {} : { owners: dataset.owners }),
    });
    shards.forEach((rows, client) => {
      expect(new Set(Array.from(rows, (row) => dataset.owners?.[row]))).toEqual(new Set([`ward ${client}`]));
    });
    expect(await loadDataset({ csv: "wards.csv", ...roles }, options())).toEqual(dataset);
    expect(await loadDataset({ csv: "wards.csv", ...roles }, { seed: 4, baseFolder })).not.toEqual(dataset);
  });

  it("keeps each row's features, label and owner together through split and limits", async () => {
    // Feature, label and owner of row i all say i; one text category per residue of 5.
    const lines = Array.from({ length: 100 }, (_, i) => `${i},c${i % 5},${i % 4},o${i}`);
    await writeFile(join(baseFolder, "rows.csv"), `x,c,label,id\n${lines.join("\n")}\n`);
    const source = { csv: "rows.csv", label: "label", id: "id", train: 100 } as const;
    await expect(loadDataset(source, options())).rejects.toMatchObject({ code: "data.split" });
    const { label, csv } = source;
    const { train, test } = await loadDataset({ csv, label, train: 50, test: 20 }, options());
    // Without an id the owner is a text feature with 100 categories: x, 5 of c, 100 of id.
    expect([train.shape, train.labels.length, test.labels.length]).toEqual([[106], 50, 20]);
    const ids = [...Array.from({ length: 100 }, (_, i) => `o${i}`)].sort();
    const seen = [train, test].flatMap(({ features, labels }) =>
      Array.from(labels, (answer, at) => {
        const row = features.subarray(at * 106, (at + 1) * 106);
        const i = Number(ids[row.indexOf(1, 6) - 6].slice(1));
        expect(answer).toBe(i % 4);
        expect(row[1 + (i % 5)]).toBe(1);
        return { i, x: row[0] };
      }),
    );
    expect(new Set(seen.map(({ i }) => i)).size).toBe(70);
    const byNumber = seen.sort((a, b) => a.i - b.i);
    expect(byNumber.every(({ x }, at) => at === 0 || x > byNumber[at - 1].x)).toBe(true);
  });

  it("keeps each training row's owner with it", async () => {
    // The feature spells the owner, so that the one can be checked by the other.
    const lines = Array.from({ length: 90 }, (_, i) => `at ${(i * i) % 7},${i % 2},at ${(i * i) % 7}`);
    await writeFile(join(baseFolder, "owners.csv"), `where,label,owner\n${lines.join("\n")}\n`);
    const source = { csv: "owners.csv", label: "label", id: "owner", train: 60 };
    const { train, owners } = await loadDataset(source, options());
    const places = ["at 0", "at 1", "at 2", "at 4"];
    expect(owners).toHaveLength(60);
    expect(owners).toEqual(
      Array.from(
        { length: 60 },
        (_, row) => places[train.features.subarray(4 * row, 4 * row + 4).indexOf(1)],
      ),
    );
  });

  it("may be gzip-compressed, and names a missing or malformed file", async () => {
    await writeFile(join(baseFolder, "wards.csv.gz"), gzipSync(csvText()));
    await writeFile(join(baseFolder, "plain.csv"), csvText());
    const packed = await loadDataset({ csv: "wards.csv.gz", ...roles }, options());
    expect(packed.train).toEqual((await loadDataset({ csv: "plain.csv", ...roles }, options())).train);
    await expect(loadDataset({ csv: "absent.csv", label: "ill" }, options())).rejects.toMatchObject({
      code: "data.file.missing",
      at: join(baseFolder, "absent.csv"),
    });
    await writeFile(join(baseFolder, "ragged.csv"), `${csvText()}1,2\n`);
    await expect(loadDataset({ csv: "ragged.csv", label: "ill" }, options())).rejects.toMatchObject({
      code: "data.csv.ragged",
      at: `${join(baseFolder, "ragged.csv")}:202`,
    });
    for (const text of [
      Buffer.from("x,sort\n1,thé\n2,the\n", "latin1"),
      Buffer.from("x,sort\n1,th\xe9", "latin1"),
    ]) {
      await writeFile(join(baseFolder, "latin.csv"), text);
      await expect(loadDataset({ csv: "latin.csv", label: "sort" }, options())).rejects.toMatchObject({
        code: "data.csv.encoding",
        at: `${join(baseFolder, "latin.csv")}:2`,
      });
    }
  });
});

describe("Parquet", () => {
  it("gives the same examples as the CSV file with the same rows, over several row groups", async () => {
    await writeFile(join(baseFolder, "same.csv"), csvText());
    await writeFile(join(baseFolder, "same.parquet"), parquetBytes());
    expect(await loadDataset({ parquet: "same.parquet", ...roles }, options())).toEqual(
      await loadDataset({ csv: "same.csv", ...roles }, options()),
    );
  });

  it("takes booleans for numbers and strings for text, whatever they spell", async () => {
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: "flag", data: [true, false, true], type: "BOOLEAN" },
        { name: "code", data: ["10", "2A", "10"], type: "STRING" },
        { name: "label", data: [1, 0, 1], type: "INT32" },
      ],
    });
    await writeFile(join(baseFolder, "types.parquet"), new Uint8Array(bytes));
    const { train, test } = await loadDataset({ parquet: "types.parquet", label: "label" }, options());
    expect([train.shape, train.labels.length, test.labels.length]).toEqual([[3], 2, 1]);
  });

  it("says in one sentence what is wrong", async () => {
    const cases: [string, Uint8Array, string, RegExp][] = [
      [
        "text.parquet",
        Buffer.from(csvText()),
        "data.parquet.format",
        /text\.parquet cannot be read as Parquet/,
      ],
      ["empty.parquet", new Uint8Array(), "data.parquet.format", /empty\.parquet cannot be read/],
      ["cut.parquet", parquetBytes().subarray(0, 900), "data.parquet.format", /cut\.parquet cannot be read/],
      [
        "null.parquet",
        parquetBytes({
          columnData: [
            { name: "x", data: [1, null, 3], type: "DOUBLE", nullable: true },
            { name: "ill", data: ["a", "b", "a"], type: "STRING" },
          ],
        }),
        "data.table.cell",
        /null\.parquet, row 2: column "x" is empty/,
      ],
      [
        "date.parquet",
        parquetBytes({
          columnData: [
            { name: "x", data: [new Date(0), new Date(1)], type: "TIMESTAMP" },
            { name: "ill", data: ["a", "b"], type: "STRING" },
          ],
        }),
        "data.parquet.type",
        /date\.parquet, row 1: column "x" holds a date/,
      ],
      [
        "label.parquet",
        parquetBytes({
          columnData: [
            { name: "x", data: [1, 2], type: "DOUBLE" },
            { name: "Ill?", data: ["a", "b"], type: "STRING" },
          ],
        }),
        "data.table.column",
        /no column "ill" for data\.label: did you mean "Ill\?"/,
      ],
    ];
    for (const [name, bytes, code, message] of cases) {
      await writeFile(join(baseFolder, name), bytes);
      const loading = loadDataset({ parquet: name, label: "ill" }, options());
      await expect(loading, name).rejects.toMatchObject({ name: "InputError", code });
      await expect(loadDataset({ parquet: name, label: "ill" }, options())).rejects.toThrow(message);
    }
    await expect(loadDataset({ parquet: "absent.parquet", label: "ill" }, options())).rejects.toMatchObject({
      code: "data.file.missing",
    });
    // A flipped byte in the data is met as damage or as a wrong value, never as a crash of another kind.
    const good = await readFile(join(baseFolder, "same.parquet"));
    for (let at = 4; at < good.length; at += 97) {
      const bad = Buffer.from(good);
      bad[at] ^= 0xff;
      await writeFile(join(baseFolder, "bad.parquet"), bad);
      const fault = await loadDataset({ parquet: "bad.parquet", ...roles }, options()).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (fault !== undefined) expect(fault).toMatchObject({ name: "InputError" });
    }
  });
});
