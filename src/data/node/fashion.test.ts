import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { loadDataset } from "./load.ts";

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), "coterie-cache-"));
  vi.stubEnv("COTERIE_CACHE", cache);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});

const load = () => loadDataset({ dataset: "fashion" }, { seed: 1, baseFolder: "." });

it("loads 60,000 and 10,000 balanced images without the two empty rows, and again from a cache that heals", async () => {
  const { train, test, classNames } = await load();
  expect([train.labels.length, test.labels.length]).toEqual([60_000, 10_000]);
  for (let label = 0; label < 10; label++) {
    expect(train.labels.filter((other) => other === label)).toHaveLength(6000);
    expect(test.labels.filter((other) => other === label)).toHaveLength(1000);
  }
  expect(train).toMatchObject({ scale: 1 / 255, shape: [1, 28, 28], classes: 10 });
  expect(classNames?.[9]).toBe("Ankle boot");
  // Mean and deviation of all pixels as published for the training set: 0.2860 and 0.3530; ours is split otherwise.
  let sum = 0;
  let squares = 0;
  for (const pixel of train.features) {
    sum += pixel;
    squares += pixel * pixel;
  }
  const mean = sum / train.features.length;
  expect(mean / 255).toBeCloseTo(0.286, 2);
  expect(Math.sqrt(squares / train.features.length - mean ** 2) / 255).toBeCloseTo(0.353, 2);
  // No picture is empty: the dropped rows have left no hole.
  for (const { features, labels } of [train, test]) {
    for (let row = 0; row < labels.length; row++) {
      expect(features.subarray(row * 784, (row + 1) * 784).some((pixel) => pixel > 0)).toBe(true);
    }
  }

  const files = await readdir(cache);
  expect(files).toHaveLength(1);
  const file = join(cache, files[0]);
  const kept = await readFile(file);
  expect(kept).toHaveLength(32 + 70_000 * 784);
  const same = (other: typeof train) =>
    Buffer.compare(other.features as Uint8Array, train.features as Uint8Array) === 0;
  expect(same((await load()).train)).toBe(true);

  const damaged = Buffer.from(kept);
  damaged[40_000_000] ^= 1;
  await writeFile(file, damaged);
  expect(same((await load()).train)).toBe(true);
  expect((await readFile(file)).equals(kept)).toBe(true);
});
