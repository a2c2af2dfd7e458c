import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
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
  troubles = [];
});
afterEach(() => rm(folder, { recursive: true }));

/** What was told of trouble. */
let troubles: string[];
const open = (change: Partial<ReceivedPlan> = {}, client = "ann") =>
  OwnModelFile.open(path, { ...received, ...change }, client, ({ message }) => troubles.push(message));
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
  await file.close();
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
  await before.close();
  const file = await open();
  expect(file.kept).toEqual(model);
  expect((await held()).metadata.round).toBe("7");
});

test.each<[string, Partial<ReceivedPlan>, string, RegExp]>([
  [
    "an earlier run",
    { server: "T".repeat(43) },
    "ann",
    /ann\.safetensors holds a model of an earlier run of the same name/,
  ],
  [
    "another run",
    { server: "T".repeat(43), plan: { run: "other" } as never },
    "ann",
    /holds a model of another run, "words"/,
  ],
  ["another client", {}, "ben", /holds the model of another client, "ann"/],
  [
    "another task",
    {
      initial: initial.subarray(0, 4),
      bundle: { task: "distmult", layout: { slices: [layout.slices[0]], length: 4 } } as never,
    },
    "ann",
    /not a model of what this run learns/,
  ],
])("that of %s is refused and stays as it is", async (_, change, client, message) => {
  await open();
  await expect(open(change, client)).rejects.toMatchObject({
    ...{ name: "InputError", code: "join.model" },
    message: expect.stringMatching(message),
  });
  expect((await held()).parameters).toEqual(initial);
});

test("anything else that lies there is refused", async () => {
  await writeFile(path, "my thesis");
  await expect(open()).rejects.toMatchObject({ code: "join.model" });
  expect(await readFile(path, "utf8")).toBe("my thesis");
  path = folder;
  await expect(open()).rejects.toMatchObject({
    message: `The file for your own model, ${folder}, cannot be read: name another one by --model.`,
  });
});

test("a model with numbers that are not finite is refused", async () => {
  const file = await open();
  file.save(1, Float32Array.of(1, 2, Number.NaN, 4, 5));
  await file.close();
  await expect(open()).rejects.toMatchObject({ message: expect.stringContaining("not finite") });
});

test("a place where nothing can be written is refused before the first round", async () => {
  path = join(folder, "missing", "ann.safetensors");
  await expect(open()).rejects.toMatchObject({
    code: "join.model",
    message: expect.stringContaining("cannot be written (ENOENT): name another one by --model"),
  });
});

test("when it cannot be written any more, that is told once, and a later round may do better", async () => {
  const file = await open();
  await rm(folder, { recursive: true });
  for (const round of [1, 2]) {
    file.save(round, initial);
    await expect.poll(() => file.isWriting).toBe(false);
  }
  expect(troubles).toHaveLength(1);
  expect(troubles[0]).toMatch(
    /cannot be written \(ENOENT\): it is tried again after each round that counts\.$/,
  );
  await mkdir(folder);
  file.save(3, initial);
  await file.close();
  expect((await held()).metadata.round).toBe("3");
});

test("a model that cannot be written in the end lies elsewhere", async () => {
  const file = await open();
  await rm(folder, { recursive: true });
  const model = initial.map((entry) => -entry);
  file.save(9, model);
  const { message } = await file.close().then(
    () => expect.unreachable(),
    (error: Error) => error,
  );
  const [, elsewhere] = /your own model is in (\S+) instead\.$/.exec(message)!;
  expect(importSafetensors(layout, await readFile(elsewhere)).parameters).toEqual(model);
  expect((await stat(dirname(elsewhere))).mode & 0o77).toBe(0);
  await rm(dirname(elsewhere), { recursive: true });
  await mkdir(folder);
});

test("no name of client or run leads out of the folder", () => {
  const at = (client: string, run: string) =>
    ownModelPath({ ...received, plan: { run } } as ReceivedPlan, client);
  expect(at("ann", "words-2026-11-22")).toBe("ann-words-2026-11-22-SSSSSSSS.safetensors");
  expect(at("a.b", "words")).not.toBe(at("a-b", "words"));
  for (const name of ["../../etc/passwd", "/etc/passwd", "a\\b", "..", "\u0000", "x".repeat(500)]) {
    for (const path of [at("ann", name), at(name, "words")]) {
      expect(path).toMatch(/^[\w.-]{1,150}\.safetensors$/);
      expect(basename(path)).toBe(path);
    }
  }
});
