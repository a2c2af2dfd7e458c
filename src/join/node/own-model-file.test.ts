import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { importSafetensors } from "../../learn/export-safetensors.ts";
import type { ReceivedPlan } from "../run-plan.ts";
import { OwnModelFile, ownModelPath } from "./own-model-file.ts";

const layout = {
  slices: [
    { name: "entities", shape: [2, 2], offset: 0, length: 4 },
    { name: "relations", shape: [1], offset: 4, length: 1 },
  ],
  length: 5,
};
const initial = Float32Array.of(1, 2, 3, 4, 5);
const received = {
  ...{ server: "S".repeat(43), initial, trial: undefined },
  plan: { run: "words" },
  bundle: { task: "distmult", layout },
} as unknown as ReceivedPlan;

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-own-model-"));
  path = join(folder, "ann.safetensors");
});
afterEach(() => rm(folder, { recursive: true }));

const open = (change: Partial<ReceivedPlan> = {}) =>
  OwnModelFile.open(path, { ...received, ...change }, "ann");
const held = async () => importSafetensors(layout, await readFile(path));

test("holds the first model at once, and the newest one in the end", async () => {
  const file = await open();
  expect(file.kept).toBeUndefined();
  expect((await held()).parameters).toEqual(initial);
  for (let round = 1; round <= 50; round++)
    file.save(
      round,
      initial.map((entry) => entry * round),
    );
  await file.settled();
  const { parameters, metadata } = await held();
  expect(parameters).toEqual(initial.map((entry) => entry * 50));
  expect(metadata).toEqual({
    ...{ run: "words", server: received.server, task: "distmult", client: "ann", round: "50" },
  });
  expect(await readdir(folder)).toEqual(["ann.safetensors"]);
});

test("is gone on from when the client comes back to the same run", async () => {
  const model = initial.map((entry) => -entry);
  const before = await open();
  before.save(7, model);
  await before.settled();
  const file = await open();
  expect(file.kept).toEqual(model);
  expect((await held()).metadata.round).toBe("7");
});

test.each<[string, Partial<ReceivedPlan>, RegExp]>([
  [
    "another server's run",
    { server: "T".repeat(43) },
    /ann\.safetensors is of the run "words", and not of this one/,
  ],
  [
    "another model",
    { bundle: { task: "distmult", layout: { slices: [layout.slices[0]], length: 4 } } as never },
    /not a model of what this run learns/,
  ],
])("that of %s is refused and stays as it is", async (_, change, message) => {
  await open();
  await expect(open(change)).rejects.toMatchObject({ name: "InputError", code: "join.model", message });
  expect((await held()).parameters).toEqual(initial);
});

test("anything else that lies there is refused", async () => {
  await writeFile(path, "my thesis");
  await expect(open()).rejects.toMatchObject({ code: "join.model" });
  expect(await readFile(path, "utf8")).toBe("my thesis");
});

test("a place where nothing can be written is refused before the first round", async () => {
  path = join(folder, "missing", "ann.safetensors");
  await expect(open()).rejects.toMatchObject({
    code: "join.model",
    message: expect.stringContaining("cannot be written (ENOENT): name another one by --model"),
  });
});

test("when a later round can be written, an earlier one's failure is no matter", async () => {
  const file = await open();
  await rm(folder, { recursive: true });
  file.save(1, initial);
  await expect(file.settled()).rejects.toMatchObject({ code: "join.model" });
  await mkdir(folder);
  file.save(2, initial);
  await file.settled();
  expect((await held()).metadata.round).toBe("2");
});

test("no name of client or run leads out of the folder", () => {
  const at = (client: string, run: string) =>
    ownModelPath({ ...received, plan: { run } } as ReceivedPlan, client);
  expect(at("ann", "words-2026-11-22")).toBe("ann-words-2026-11-22.safetensors");
  for (const name of ["../../etc/passwd", "/etc/passwd", "a\\b", "..", "\u0000", "x".repeat(500)]) {
    for (const path of [at("ann", name), at(name, "words")])
      expect(path).toMatch(/^[\w-]{1,100}\.safetensors$/);
  }
});
