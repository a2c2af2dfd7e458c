import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadDataset } from "./load.ts";

let baseFolder: string;
beforeAll(async () => {
  baseFolder = await mkdtemp(join(tmpdir(), "coterie-images-"));
});
afterAll(() => rm(baseFolder, { recursive: true }));

/** A picture of one colour; its format is that of the extension. */
async function paint(
  path: string,
  background: { r: number; g: number; b: number; alpha?: number },
  size = 20,
) {
  const file = join(baseFolder, path);
  await mkdir(dirname(file), { recursive: true });
  const channels = background.alpha === undefined ? 3 : 4;
  await sharp({ create: { width: size, height: size + 10, channels, background } }).toFile(file);
}

async function touch(path: string, text = "") {
  await mkdir(dirname(join(baseFolder, path)), { recursive: true });
  await writeFile(join(baseFolder, path), text);
}

const red = { r: 200, g: 0, b: 0 };
const blue = { r: 0, g: 0, b: 100 };
const grey = { r: 77, g: 77, b: 77 };
const load = (source: { images: string; size?: number; channels?: 1 | 3; train?: number; test?: number }) =>
  loadDataset(source, { seed: 1, baseFolder });

it("reads class folders into colour planes, whatever the format and size of the pictures", async () => {
  for (const [i, extension] of ["png", "webp", "gif", "tiff", "PNG"].entries()) {
    await paint(`colours/red/${i}.${extension}`, red, 12 + i);
    await paint(`colours/blue/${i}.${extension}`, blue, 30);
  }
  await touch("colours/red/notes.txt");
  await touch("colours/red/.hidden.png");
  await touch("colours/readme.md");
  const { train, test, classNames, name } = await load({ images: "colours", size: 8, channels: 3 });
  expect([name, classNames]).toEqual(["colours", ["blue", "red"]]);
  expect([train.labels.length, test.labels.length]).toEqual([8, 2]);
  expect(train).toMatchObject({ shape: [3, 8, 8], scale: 1 / 255, classes: 2 });
  for (const { features, labels } of [train, test]) {
    labels.forEach((label, row) => {
      const planes = [0, 1, 2].map((plane) =>
        features.subarray((3 * row + plane) * 64, (3 * row + plane + 1) * 64),
      );
      const means = planes.map((plane) => [...plane].reduce((a, b) => a + b) / 64);
      const wanted = label === 1 ? [200, 0, 0] : [0, 0, 100];
      for (const [plane, mean] of means.entries()) expect(Math.abs(mean - wanted[plane])).toBeLessThan(3);
    });
  }
});

it("reads train and test folders, grey, transparency on black", async () => {
  for (const part of ["train", "test"]) {
    await paint(`parts/${part}/10/a.png`, grey);
    await paint(`parts/${part}/9/a.png`, { r: 255, g: 255, b: 255, alpha: 0 });
  }
  await paint("parts/train/9/b.png", { r: 0, g: 0, b: 0 });
  const { train, test, classNames } = await load({ images: "parts" });
  expect(classNames).toEqual(["9", "10"]);
  expect([[...train.labels], [...test.labels]]).toEqual([
    [0, 0, 1],
    [0, 1],
  ]);
  expect(train.shape).toEqual([1, 28, 28]);
  expect(train.features).toHaveLength(3 * 784);
  expect([...new Set(train.features)]).toEqual([0, 77]);
  expect(new Set(test.features.subarray(784))).toEqual(new Set([77]));
});

it("keeps rows and columns in order and turns pictures upright", async () => {
  // Left half black, right half white; the other one is stored turned and says so in its EXIF data.
  const pixels = Uint8Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? 0 : 255));
  const picture = sharp(pixels, { raw: { width: 8, height: 8, channels: 1 } });
  await touch("halves/a/x.png");
  await touch("halves/b/x.png");
  await picture.clone().png().toFile(join(baseFolder, "halves/a/x.png"));
  await picture
    .clone()
    .rotate(90)
    .png()
    .withMetadata({ orientation: 8 })
    .toFile(join(baseFolder, "halves/b/x.png"));
  const { train, test } = await load({ images: "halves", size: 8 });
  for (const { features } of [train, test]) expect(features).toEqual(pixels);
});

it("says in one sentence what is wrong", async () => {
  await paint("single/only/a.png", red);
  await expect(load({ images: "single" })).rejects.toMatchObject({
    code: "data.images.classes",
    message: `${join(baseFolder, "single")} has 1 sub-folder, but needs one for each of at least two classes.`,
  });
  await expect(load({ images: "absent" })).rejects.toMatchObject({ code: "data.file.missing" });
  const picture = join(baseFolder, "single/only/a.png");
  await expect(load({ images: picture })).rejects.toMatchObject({
    code: "data.file.unreadable",
    message: `${picture} is a file, but a folder is needed.`,
  });

  await paint("hollow/a/a.png", red);
  await touch("hollow/b/notes.txt");
  await expect(load({ images: "hollow" })).rejects.toMatchObject({
    code: "data.images.empty",
    at: join(baseFolder, "hollow", "b"),
  });

  await paint("broken/a/a.png", red);
  await touch("broken/b/b.png", "this is no picture");
  await expect(load({ images: "broken" })).rejects.toMatchObject({
    code: "data.images.decode",
    at: join(baseFolder, "broken", "b", "b.png"),
  });

  for (const path of ["odd/train/a/1.png", "odd/train/b/1.png", "odd/test/c/1.png"]) await paint(path, red);
  await expect(load({ images: "odd" })).rejects.toMatchObject({
    code: "data.images.classes",
    at: join(baseFolder, "odd", "test", "c"),
  });
  await expect(load({ images: "broken", size: 0 })).rejects.toMatchObject({
    code: "data.images.size",
    at: "data.size",
  });
});
