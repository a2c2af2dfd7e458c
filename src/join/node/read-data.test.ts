import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DataPlan, dataPlanOf, type ImagePlan } from "../../data/data-plan.ts";
import type { Dataset } from "../../data/examples.ts";
import { loadDataset } from "../../data/node/load.ts";
import { idxFile } from "../../data/testing/idx-file.ts";
import { readClientData } from "./read-data.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-client-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function put(path: string, content: string | Uint8Array): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

describe("images", () => {
  let mnist: Dataset;
  let plan: DataPlan;
  const count = 50;
  beforeAll(async () => {
    mnist = await loadDataset({ dataset: "mnist", train: count, test: 1 }, { seed: 5, baseFolder: "." });
    plan = dataPlanOf(mnist);
    const { features, labels } = mnist.train;
    const images = idxFile([count, 28, 28], features);
    const answers = idxFile([count], labels);
    await put("pair/train-images-idx3-ubyte", images);
    await put("pair/train-labels-idx1-ubyte", answers);
    await put("packed/train-images-idx3-ubyte.gz", gzipSync(images));
    await put("packed/train-labels-idx1-ubyte.gz", gzipSync(answers));
    await put("packed/t10k-images-idx3-ubyte.gz", gzipSync(idxFile([1, 28, 28], new Uint8Array(784))));
    await put("packed/t10k-labels-idx1-ubyte.gz", gzipSync(idxFile([1], [9])));
    const rows = Array.from(labels, (label, row) => [
      label,
      ...features.subarray(784 * row, 784 * row + 784),
    ]);
    const header = ["label", ...Array.from({ length: 784 }, (_, i) => `pixel${i}`)];
    await put("pixels.csv", [header, ...rows].map((cells) => cells.join(",")).join("\n"));
    for (const [row, label] of labels.entries()) {
      const pixels = features.slice(784 * row, 784 * row + 784);
      const png = await sharp(pixels, { raw: { width: 28, height: 28, channels: 1 } })
        .png()
        .toBuffer();
      await put(`digits/${label}/${String(row).padStart(3, "0")}.png`, png);
    }
    await put("digits/7/.hidden.png", "no picture");
    await put("digits/notes.txt", "these are digits");
  });

  it("reads real MNIST rows from IDX files, packed ones, either of a pair, and a table of pixels, bit for bit", async () => {
    for (const path of [
      "pair",
      "pair/",
      "pair/train-images-idx3-ubyte",
      "pair/train-labels-idx1-ubyte",
      "packed/train-labels-idx1-ubyte.gz",
      "pixels.csv",
    ]) {
      expect(await readClientData(join(folder, path), plan), path).toEqual({
        examples: mnist.train,
        notes: [],
      });
    }
  });

  it("reads folders of pictures by the names of the classes, sorted by class and name", async () => {
    const { examples, notes } = await readClientData(join(folder, "digits"), plan);
    const order = [...mnist.train.labels.keys()].sort(
      (a, b) => mnist.train.labels[a] - mnist.train.labels[b] || a - b,
    );
    expect([...examples.labels]).toEqual(order.map((row) => mnist.train.labels[row]));
    order.forEach((row, at) => {
      const from = mnist.train.features.subarray(784 * row, 784 * row + 784);
      expect(examples.features.subarray(784 * at, 784 * at + 784)).toEqual(from);
    });
    expect(examples).toMatchObject({ shape: [1, 28, 28], scale: 1 / 255, classes: 10 });
    expect(notes).toEqual(["Files that are not pictures are left out: 1."]);
    const sevens = await readClientData(join(folder, "digits", "7"), plan);
    expect(new Set(sevens.examples.labels)).toEqual(new Set([7]));
  });

  it("fits pictures as the server does, also to shapes that are not square", async () => {
    for (const [i, kind] of ["red", "green", "blue", "red"].entries()) {
      const background = { r: 200 * Number(kind === "red"), g: 90, b: 250 * Number(kind === "blue") };
      await mkdir(join(folder, "colours", kind), { recursive: true });
      await sharp({ create: { width: 20 + i, height: 31, channels: 3, background } })
        .webp()
        .toFile(join(folder, "colours", kind, `${i}.webp`));
    }
    const { examples } = await readClientData(join(folder, "colours"), {
      kind: "images",
      shape: [3, 8, 5],
      scale: 1 / 255,
      classNames: ["red", "green", "blue"],
    });
    expect([...examples.labels]).toEqual([0, 0, 1, 2]);
    expect(Math.abs(examples.features[0] - 200)).toBeLessThan(3);
    expect(Math.abs(examples.features[120 * 3 + 80] - 250)).toBeLessThan(3);
    // The server's own reader draws a held-out row, and sorts the classes.
    const loaded = await loadDataset(
      { images: "colours", size: 8, channels: 3 },
      { seed: 1, baseFolder: folder },
    );
    const own = await readClientData(join(folder, "colours"), dataPlanOf(loaded));
    const rows = (features: ArrayLike<number>) =>
      Array.from({ length: features.length / 192 }, (_, row) =>
        Array.from({ length: 192 }, (_, at) => features[192 * row + at]).join(),
      );
    expect(rows(own.examples.features).sort()).toEqual(
      [...rows(loaded.train.features), ...rows(loaded.test.features)].sort(),
    );
  });

  it("takes folders called as file systems allow, accents together or apart", async () => {
    const shoes: ImagePlan = { ...(plan as ImagePlan), classNames: ["T-shirt/top", "Café"] };
    const white = { create: { width: 9, height: 9, channels: 3, background: "white" } } as const;
    for (const name of ["T-shirt_top", "Café".normalize("NFD")]) {
      await put(`clothes/${name}/a.png`, await sharp(white).png().toBuffer());
    }
    const { examples } = await readClientData(join(folder, "clothes"), shoes);
    expect([...examples.labels]).toEqual([0, 1]);
    expect(new Set(examples.features)).toEqual(new Set([255]));
  });

  it("says in one sentence what is wrong", async () => {
    await put("cows/cow/a.png", "no picture");
    await put("broken/7/a.png", "no picture");
    await put("wide/x-images-idx3-ubyte", idxFile([1, 2, 2], [1, 2, 3, 4]));
    await put("wide/x-labels-idx1-ubyte", idxFile([1], [3]));
    await put("many/x-images-idx3-ubyte", idxFile([1, 28, 28], new Uint8Array(784)));
    await put("many/x-labels-idx1-ubyte", idxFile([1], [10]));
    await put("lone/x-images-idx3-ubyte", idxFile([1, 28, 28], new Uint8Array(784)));
    await put("empty/readme.md", "");
    await put("rows.parquet", "");
    const cases: [string, string, RegExp][] = [
      ["absent", "data.client.missing", /^There is no file or folder .*absent: correct the path\.$/],
      [
        "empty",
        "data.client.nothing",
        /empty that this run can learn from: give folders of pictures called 0, 1, .*IDX files/,
      ],
      ["empty/readme.md", "data.client.nothing", /readme\.md that this run can learn from/],
      ["rows.parquet", "data.client.kind", /rows\.parquet holds a Parquet file, which this run cannot/],
      ["packed", "data.client.several", /train-images-idx3-ubyte\.gz/],
      [
        "cows",
        "data.client.class",
        /cows\/cow\/a\.png lies in a folder called "cow", which is no class of this run: its classes are 0, 1, 2/,
      ],
      ["broken", "data.images.decode", /broken\/7\/a\.png cannot be decoded/],
      ["wide", "data.client.shape", /holds images of shape 1 x 2 x 2, but this run learns from 1 x 28 x 28/],
      ["many", "data.idx.pair", /holds the label 10, but there are only 10 classes/],
      ["lone", "data.client.pair", /the file with its labels is not there/],
      ["lone/x-images-idx3-ubyte", "data.client.pair", /the file with its labels is not there/],
    ];
    for (const [path, code, message] of cases) {
      const fault = await readClientData(join(folder, path), plan).catch((error: unknown) => error);
      expect(fault, path).toMatchObject({ name: "InputError", code });
      expect((fault as Error).message).toMatch(message);
    }
    const flat: DataPlan = { ...(plan as ImagePlan), shape: [784] };
    await expect(readClientData(join(folder, "digits"), flat)).rejects.toMatchObject({
      code: "data.client.kind",
    });
  });

  it("refuses more pictures than fit in memory before any is decoded", async () => {
    const huge: DataPlan = { ...(plan as ImagePlan), shape: [1, 4096, 4096] };
    for (let i = 0; i < 129; i++) await put(`crowd/7/${i}.png`, "");
    await expect(readClientData(join(folder, "crowd"), huge)).rejects.toMatchObject({
      code: "data.client.limit",
    });
  });
});

describe("tables", () => {
  const text =
    "height,colour,ill,note\n170,red,no,a\n180,blue,yes,b\n175,red,yes,c\n160,blue,no,d\n150,red,no,e\n";
  let plan: DataPlan;
  beforeAll(async () => {
    const path = await put("server/all.csv", text.replaceAll(/,[^,]*\n/g, "\n"));
    plan = dataPlanOf(await loadDataset({ csv: path, label: "ill", test: 1 }, { seed: 1, baseFolder: "." }));
  });

  it("reads the same rows from CSV, packed CSV and Parquet, alone or in a folder", async () => {
    const parquet = parquetWriteBuffer({
      columnData: [
        { name: "born", data: new Array(5).fill(new Date(0)), type: "TIMESTAMP" },
        { name: "colour", data: ["red", "blue", "red", "blue", "red"], type: "STRING" },
        { name: "ill", data: ["no", "yes", "yes", "no", "no"], type: "STRING" },
        { name: "height", data: [170, 180, 175, 160, 150], type: "INT32" },
      ],
    });
    const paths = [
      await put("own/all.csv", text),
      await put("packed.csv.gz", gzipSync(text)),
      await put("own.parquet", new Uint8Array(parquet)),
      join(folder, "own"),
    ];
    const all = await Promise.all(paths.map((path) => readClientData(path, plan)));
    for (const { examples } of all) expect(examples).toEqual(all[0].examples);
    expect(all.map(({ notes }) => notes)).toEqual(
      ["note", "note", "born", "note"].map((name) => [
        `Columns that this run does not use are left out: ${name}.`,
      ]),
    );
    expect(all[0].examples).toMatchObject({ shape: [3], classes: 2, labels: Int32Array.of(0, 1, 1, 0, 0) });
  });

  it("refuses pictures and IDX files", async () => {
    for (const [i, [path, held]] of [
      ["no/a.png", "pictures"],
      ["x-images-idx3-ubyte", "a pair of IDX files"],
    ].entries()) {
      await put(`wrong${i}/${path}`, "");
      if (i === 1) await put("wrong1/x-labels-idx1-ubyte", "");
      await expect(readClientData(join(folder, `wrong${i}`), plan)).rejects.toMatchObject({
        code: "data.client.kind",
        message:
          `${join(folder, `wrong${i}`)} holds ${held}, which this run cannot learn from: ` +
          "give a CSV or Parquet file with the columns ill, height, colour.",
      });
    }
  });
});

describe("facts", () => {
  const header = "relation,head,tail,owner\n";
  const text = `${header}knows,Ann,Bob,\nknows,Bob,Cid,us\nknows,Cid,Ann,us\nlikes,Ann,Fay,them\n`;
  const plan: DataPlan = {
    kind: "facts",
    entities: ["Ann", "Bob", "Cid"],
    relations: ["knows", "likes"],
    holdOut: true,
  };

  it("reads the same from CSV and packed CSV, alone or in a folder, and says what it leaves out", async () => {
    const paths = [
      await put("kin/all.csv", text),
      await put("kin.csv.gz", gzipSync(text)),
      join(folder, "kin"),
    ];
    const all = await Promise.all(paths.map((path) => readClientData(path, plan)));
    for (const data of all) expect(data).toEqual(all[0]);
    expect(all[0]).toMatchObject({
      examples: { shape: [2], classes: 3 },
      notes: [
        "Columns that this run does not use are left out: owner.",
        '1 fact is left out because the run does not know what it names: "Fay" in line 5.',
      ],
    });
    expect(all[0].examples.labels).toHaveLength(4);
    expect(all[0].heldOut?.labels).toHaveLength(2);
  });

  it("refuses pictures, IDX files and Parquet, and an empty folder", async () => {
    await put("faces/Ann/a.png", "");
    await put("digit/x-images-idx3-ubyte", "");
    await put("digit/x-labels-idx1-ubyte", "");
    await put("kin.parquet", "");
    await put("bare/readme.md", "");
    for (const [path, held] of [
      ["faces", "pictures"],
      ["digit", "a pair of IDX files"],
      ["kin.parquet", "a Parquet file"],
    ]) {
      await expect(readClientData(join(folder, path), plan)).rejects.toMatchObject({
        code: "data.client.kind",
        message:
          `${join(folder, path)} holds ${held}, which this run cannot learn from: ` +
          "give a CSV file with the columns head, relation and tail.",
      });
    }
    await expect(readClientData(join(folder, "bare"), plan)).rejects.toMatchObject({
      code: "data.client.nothing",
    });
  });
});
