/** A real browser reads files as Node does: the same examples, notes and refusals. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { build, type InlineConfig, loadConfigFromFile, type PreviewServer, preview } from "vite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type DataPlan, dataPlanOf, type ImagePlan } from "../../../src/data/data-plan.ts";
import type { Dataset } from "../../../src/data/examples.ts";
import { loadDataset } from "../../../src/data/node/load.ts";
import { idxFile } from "../../../src/data/testing/idx-file.ts";
import { InputError } from "../../../src/errors.ts";
import { readClientData } from "../../../src/join/node/read-data.ts";
import { SimulationRandom } from "../../../src/numeric/random.ts";
import { launchChromium } from "../../../src/testing/chromium.ts";
import type { Answer } from "./testing/worker.ts";

const headers = {
  "Content-Security-Policy": "default-src 'none'; script-src 'self'; worker-src 'self'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const count = 30;

let root: string;
let server: PreviewServer;
let browser: Browser;
let page: Page;
const complaints: string[] = [];
let mnist: Dataset;
let digits: ImagePlan;
let wards: DataPlan;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "coterie-tab-"));
  const source = fileURLToPath(new URL("testing/page.html", import.meta.url));
  const file = fileURLToPath(new URL("../../vite.config.ts", import.meta.url));
  const loaded = await loadConfigFromFile({ command: "build", mode: "production" }, file);
  const config: InlineConfig = {
    ...loaded!.config,
    configFile: false,
    root: dirname(source),
    logLevel: "error",
    build: { ...loaded!.config.build, outDir: join(root, "page"), rolldownOptions: { input: source } },
  };
  await build(config);
  server = await preview({ ...config, preview: { host: "127.0.0.1", port: 0, headers } });
  browser = await launchChromium();
  page = await browser.newPage();
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  const { port } = server.httpServer.address() as { port: number };
  await page.goto(`http://127.0.0.1:${port}/page.html`);

  mnist = await loadDataset({ dataset: "mnist", train: count, test: 1 }, { seed: 5, baseFolder: "." });
  digits = dataPlanOf(mnist) as ImagePlan;
  const table = await put(
    "server.csv",
    "height,colour,ill\n170,red,no\n180.5,blue,yes\n175,red,yes\n160,blue,no\n",
  );
  wards = dataPlanOf(await loadDataset({ csv: table, label: "ill", test: 1 }, { seed: 1, baseFolder: "." }));
});

afterAll(async () => {
  await browser.close();
  await server.close();
  await rm(root, { recursive: true, force: true });
});

async function put(path: string, content: string | Uint8Array): Promise<string> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

/** What the tab makes of files chosen one by one, or of a chosen folder. */
async function readInTab(
  input: "files" | "folder",
  paths: string | string[],
  plan: DataPlan,
): Promise<Answer> {
  await page.setInputFiles(`#${input}`, paths);
  return readGiven(plan);
}

/** What it makes of what it was given last. */
function readGiven(plan: DataPlan): Promise<Answer> {
  return page.evaluate((plan) => window.readGiven(plan), plan);
}

/** What Node makes of the file or folder, in the same form. */
async function readInNode(path: string, plan: DataPlan) {
  const { examples, heldOut, notes } = await readClientData(path, plan);
  const { features, labels } = examples;
  return {
    ...examples,
    features: Array.from(features),
    labels: Array.from(labels),
    ...(heldOut && { heldOut: Array.from(heldOut.labels) }),
    notes,
  };
}

it("reads tables as Node does: CSV, packed CSV, Parquet", async () => {
  const random = SimulationRandom.fromSeed(3);
  const rows = Array.from({ length: 20_000 }, () => [
    ["no", "yes"][random.integer(2)],
    `" ${["red", "blue", "gr\u00fcn"][random.integer(3)]}"`,
    170 + 10 * random.normal(),
    "not, needed",
  ]);
  const text = [["ill", "colour", "height", "note"], ...rows]
    .map((cells) => cells.map((cell) => (cell === "not, needed" ? `"${cell}"` : cell)).join(","))
    .join("\r\n");
  const parquet = parquetWriteBuffer({
    columnData: [
      { name: "ill", data: ["yes", "no"], type: "STRING" },
      { name: "height", data: [171, 163.5], type: "DOUBLE" },
      { name: "colour", data: ["blue", "red"], type: "STRING" },
    ],
  });
  for (const path of [
    await put("own.csv", `\ufeff${text}`),
    await put("packed.csv.gz", gzipSync(text)),
    await put("own.parquet", new Uint8Array(parquet)),
  ]) {
    const expected = await readInNode(path, wards);
    // Notes name the file, and a tab does not know its folders.
    const notes = expected.notes.map((note) => note.replace(`${root}/`, ""));
    expect(await readInTab("files", path, wards)).toEqual({ ...expected, notes, isShared: true });
  }
  expect(complaints).toEqual([]);
});

it("reads facts as Node does, and holds the same ones out", async () => {
  const random = SimulationRandom.fromSeed(4);
  const entities = Array.from({ length: 40 }, (_, i) => `gr\u00fcn ${i}`);
  const relations = ["knows", "likes"];
  const rows = Array.from({ length: 500 }, () => [
    relations[random.integer(2)],
    entities[random.integer(40)],
    `"${entities[random.integer(40)]}"`,
  ]);
  const text = ["relation,head,tail", ...rows.map(String), "likes,nobody,nobody"].join("\n");
  const kin: DataPlan = { kind: "facts", entities, relations, holdOut: true };
  for (const path of [await put("kin.csv", text), await put("kin.csv.gz", gzipSync(text))]) {
    const expected = await readInNode(path, kin);
    expect(expected.heldOut!.length).toBeGreaterThan(50);
    expect(expected.notes).toHaveLength(1);
    expect(await readInTab("files", path, kin)).toEqual({ ...expected, isShared: true });
  }
  expect(complaints).toEqual([]);
});

it("reads real MNIST rows from IDX files, packed ones and a table of pixels, bit for bit", async () => {
  const { features, labels } = mnist.train;
  const images = idxFile([count, 28, 28], features);
  const answers = idxFile([count], labels);
  const rows = Array.from(labels, (label, row) => [label, ...features.subarray(784 * row, 784 * row + 784)]);
  const expected = {
    ...mnist.train,
    features: Array.from(features),
    labels: Array.from(labels),
    notes: [],
    isShared: true,
  };
  for (const files of [
    [await put("a/images-idx3-ubyte", images), await put("a/labels-idx1-ubyte", answers)],
    [await put("b/images-idx3-ubyte.gz", gzipSync(images)), await put("b/labels-idx1-ubyte", answers)],
    [await put("pixels.csv", rows.map((cells) => cells.join(",")).join("\n"))],
  ]) {
    expect(await readInTab("files", files, digits)).toEqual(expected);
  }
  expect(complaints).toEqual([]);
});

it("reads a folder of pictures, chosen or dropped, as it reads their bytes", async () => {
  for (const [row, label] of mnist.train.labels.entries()) {
    const pixels = mnist.train.features.slice(784 * row, 784 * row + 784);
    const picture = sharp(pixels, { raw: { width: 28, height: 28, channels: 1 } });
    await put(`digits/${label}/${row}.png`, await picture.png().toBuffer());
  }
  await put("digits/.hidden/a.png", "");
  // A browser lists a folder in parts of a hundred.
  for (let i = 0; i < 250; i++) await put(`digits/notes/${i}.txt`, "");
  const expected = { ...(await readInNode(join(root, "digits"), digits)), isShared: true };
  expect(expected.features).toHaveLength(count * 784);
  expect(await readInTab("folder", join(root, "digits"), digits)).toEqual(expected);

  await page.evaluate(() => location.reload());
  await page.waitForFunction(() => "readGiven" in window);
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [join(root, "digits")], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await session.send("Input.dispatchDragEvent", { type, x: 200, y: 200, data });
  }
  const paths = await page.evaluate(() => window.givenPaths());
  expect(paths).toHaveLength(count + 250);
  expect(paths).toContain("digits/notes/249.txt");
  expect(await readGiven(digits)).toEqual(expected);
  expect(complaints).toEqual([]);
});

it("fits pictures of other sizes and formats nearly as sharp does", async () => {
  const random = SimulationRandom.fromSeed(8);
  const paint = (width: number, height: number, channels: 3 | 4) => {
    const shapes = Array.from({ length: 12 }, () => {
      const colour = [0, 1, 2].map(() => random.integer(256));
      const [x, y] = [random.integer(width), random.integer(height)];
      const opacity = channels === 3 ? 1 : 0.5;
      return `<rect x="${x}" y="${y}" width="${width / 3}" height="${height / 3}" fill="rgb(${colour})" opacity="${opacity}"/>`;
    });
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes.join("")}</svg>`;
    const picture = sharp(Buffer.from(svg));
    return channels === 3 ? picture.flatten({ background: "#876" }) : picture;
  };
  // A small WebP and JPEGs less than twice too large: of others sharp lets the decoder do some coarse shrinking.
  await put("photos/cat/a.png", await paint(200, 150, 3).png().toBuffer());
  await put("photos/cat/b.png", await paint(64, 300, 4).png().toBuffer());
  await put("photos/dog/c.webp", await paint(30, 26, 4).webp({ lossless: true }).toBuffer());
  await put("photos/dog/d.jpg", await paint(62, 54, 3).jpeg({ quality: 95 }).toBuffer());
  const turned = await paint(50, 60, 3).jpeg({ quality: 95 }).toBuffer();
  await put("photos/dog/e.jpg", await sharp(turned).withMetadata({ orientation: 6 }).toBuffer());
  await page.setInputFiles("#folder", join(root, "photos"));
  for (const channels of [1, 3]) {
    const plan: ImagePlan = { ...digits, shape: [channels, 28, 32], classNames: ["cat", "dog"] };
    const wanted = await readInNode(join(root, "photos"), plan);
    const got = await readGiven(plan);
    expect(got).toMatchObject({ labels: [0, 0, 1, 1, 1], shape: plan.shape, classes: 2 });
    expect(got.features).toHaveLength(wanted.features.length);
    const errors = wanted.features.map((value, at) => Math.abs(value - got.features[at]));
    const width = channels * 28 * 32;
    for (let row = 0; row < 5; row++) {
      const own = errors.slice(row * width, (row + 1) * width);
      expect(own.reduce((a, b) => a + b) / width, `mean of picture ${row}`).toBeLessThan(1.5);
      expect(Math.max(...own), `worst of picture ${row}`).toBeLessThan(20);
    }
  }
  expect(complaints).toEqual([]);
});

it("refuses what Node refuses, with the same codes", async () => {
  const packed = gzipSync("height,colour,ill\n170,red,no\n".repeat(50));
  packed[20] ^= 0xff;
  const kin: DataPlan = { kind: "facts", entities: ["Ann", "Bob"], relations: ["knows"], holdOut: true };
  const cases: [string, string | Uint8Array, DataPlan][] = [
    ["latin.csv", Buffer.from("height,colour,ill\n170,gr\xfcn,no\n", "latin1"), wards],
    ["cut.csv", Buffer.from("height,colour,ill\n170,gr\xc3", "latin1"), wards],
    ["damaged.csv.gz", packed, wards],
    ["quote.csv", 'height,colour,ill\n170,"red,no\n', wards],
    ["ragged.csv", "height,colour,ill\n170,red\n", wards],
    ["empty.csv", "", wards],
    ["semicolons.csv", "height;colour;ill\n", wards],
    ["column.csv", "heigth,colour,ill\n170,red,no\n", wards],
    ["class.csv", "height,colour,ill\n170,red,perhaps\n", wards],
    ["mismatch.csv", "height,colour,ill\ntall,red,no\n", wards],
    ["relation.csv", "head,tail\nAnn,Bob\n", kin],
    ["blank.csv", "head,relation,tail\nAnn,,Bob\n", kin],
    ["strangers.csv", "head,relation,tail\nFay,knows,Gus\n", kin],
    ["few.csv", "head,relation,tail\nAnn,knows,Bob\n", kin],
    ["text.parquet", "no Parquet", wards],
    ["notes.txt", "", wards],
    ["shape.csv", "1,2,3\n", digits],
    ["images-idx3-ubyte", idxFile([1, 28, 28], new Uint8Array(784)), digits],
  ];
  for (const [name, content, plan] of cases) {
    const path = await put(`wrong-${name}/${name}`, content);
    const refusal = await readInNode(path, plan).catch((error: unknown) => error as InputError);
    if (!(refusal instanceof InputError)) throw new Error(`Node takes ${name}.`);
    const { failure } = await readInTab("files", path, plan);
    expect(failure, name).toMatchObject({ code: refusal.code });
    expect(failure?.message).toContain(name);
    expect(failure?.message).not.toContain(root);
  }
  await put("zoo/cow/a.png", "");
  await put("zoo/7/a.png", "no picture");
  expect((await readInTab("folder", join(root, "zoo"), digits)).failure).toMatchObject({
    code: "data.client.class",
    message: expect.stringMatching(/^zoo\/cow\/a\.png lies in a folder called "cow"/),
  });
  expect((await readInTab("folder", join(root, "zoo/7"), digits)).failure).toMatchObject({
    code: "data.images.decode",
    message: expect.stringMatching(/^7\/a\.png cannot be decoded as a picture by this browser/),
  });
  expect(complaints).toEqual([]);
});
