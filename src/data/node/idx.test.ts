import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { idxFile } from "../testing/idx-file.ts";
import { loadDataset } from "./load.ts";

let baseFolder: string;
const answers = [0, 0, 1, 1, 2, 2, 0, 1, 2, 2];

beforeAll(async () => {
  baseFolder = await mkdtemp(join(tmpdir(), "coterie-idx-"));
  const files: Record<string, Uint8Array> = {
    images: idxFile(
      [10, 2, 1],
      Array.from({ length: 20 }, (_, i) => i),
    ),
    labels: idxFile([10], answers),
    "test-images": idxFile([2, 2, 1], [9, 9, 9, 9]),
    "test-labels": idxFile([2], [2, 1]),
    "wide-images": idxFile([2, 2, 2], [9, 9, 9, 9, 9, 9, 9, 9]),
  };
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(baseFolder, name), bytes);
});
afterAll(() => rm(baseFolder, { recursive: true }));

const load = (files: { testImages?: string; testLabels?: string } = {}, limits = {}) =>
  loadDataset({ idx: { images: "images", labels: "labels", ...files }, ...limits }, { seed: 1, baseFolder });

it("splits a single pair, rows and labels together", async () => {
  const { train, test } = await load();
  expect([train.labels.length, test.labels.length]).toEqual([8, 2]);
  expect(train).toMatchObject({ shape: [1, 2, 1], scale: 1 / 255, classes: 3 });
  for (const { features, labels } of [train, test]) {
    labels.forEach((label, row) => {
      expect(label).toBe(answers[features[2 * row] / 2]);
    });
  }
});

it("keeps a held-out pair, with limits", async () => {
  const { train, test } = await load({ testImages: "test-images", testLabels: "test-labels" }, { train: 4 });
  expect([train.labels.length, test.labels.length, test.classes]).toEqual([4, 2, 3]);
});

it("refuses half a pair and images of another shape", async () => {
  await expect(load({ testImages: "test-images" })).rejects.toMatchObject({
    code: "data.idx.test",
    at: "data.idx",
  });
  await expect(load({ testImages: "wide-images", testLabels: "test-labels" })).rejects.toThrow(
    /wide-images holds images of shape 1 x 2 x 2, but the training images are 1 x 2 x 1/,
  );
  await expect(load({ testImages: "absent", testLabels: "test-labels" })).rejects.toMatchObject({
    code: "data.file.missing",
    at: join(baseFolder, "absent"),
  });
});
