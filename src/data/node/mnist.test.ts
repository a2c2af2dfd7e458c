import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { loadDataset } from "./load.ts";

const options = { seed: 1, baseFolder: "." };

function countLabels(labels: Int32Array): number[] {
  const counts = new Array<number>(10).fill(0);
  for (const label of labels) counts[label]++;
  return counts;
}

it("loads the MNIST that everybody knows", async () => {
  const { train, test, classNames } = await loadDataset({ dataset: "mnist" }, options);
  expect(countLabels(train.labels)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  expect(countLabels(test.labels)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  expect([train.features.length, test.features.length]).toEqual([60_000 * 784, 10_000 * 784]);
  expect(train).toMatchObject({ scale: 1 / 255, shape: [1, 28, 28], classes: 10 });
  expect(classNames).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  // The first digits of both files, known from every tutorial: 5 0 4 1 9 and 7 2 1 0 4.
  expect([...train.labels.subarray(0, 5), ...test.labels.subarray(0, 5)]).toEqual([
    5, 0, 4, 1, 9, 7, 2, 1, 0, 4,
  ]);
  // Mean and deviation of the training pixels, which most MNIST recipes carry: 0.1307 and 0.3081.
  let sum = 0;
  let squares = 0;
  for (const pixel of train.features) {
    sum += pixel;
    squares += pixel * pixel;
  }
  const mean = sum / train.features.length;
  expect(mean / 255).toBeCloseTo(0.1307, 4);
  expect(Math.sqrt(squares / train.features.length - mean ** 2) / 255).toBeCloseTo(0.3081, 4);
  // Worker threads read all of it in place.
  for (const array of [train.features, train.labels, test.features, test.labels]) {
    expect(array.buffer).toBeInstanceOf(SharedArrayBuffer);
  }
});

it("limits rows by the seed alone", async () => {
  const source = { dataset: "mnist", train: 500, test: 100 } as const;
  const load = async (seed: number) => {
    const { train, test } = await loadDataset(source, { ...options, seed });
    expect([train.labels.length, test.labels.length]).toEqual([500, 100]);
    expect([train.features.length, test.features.length]).toEqual([500 * 784, 100 * 784]);
    return createHash("sha256").update(train.features).update(test.features).digest("hex");
  };
  expect(await load(1)).toBe(await load(1));
  expect(await load(1)).not.toBe(await load(2));
});

it("refuses more rows than there are, and unknown names", async () => {
  await expect(loadDataset({ dataset: "mnist", train: 60_001 }, options)).rejects.toMatchObject({
    code: "data.limit",
    message:
      "The data asks for 60001 training rows, but there are 60000: ask for a whole number from 1 to 60000.",
  });
  await expect(loadDataset({ dataset: "mnits" as "mnist" }, options)).rejects.toMatchObject({
    code: "data.dataset",
    message: 'There is no dataset "mnits": did you mean "mnist"?',
  });
});
