import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readShared } from "./files.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-files-"));
});
afterAll(() => rm(folder, { recursive: true }));

const content = Uint8Array.from({ length: 1000 }, (_, i) => i % 7);
const write = async (name: string, bytes: Uint8Array) => {
  await writeFile(join(folder, name), bytes);
  return join(folder, name);
};

it("reads a file, plain or gzip-compressed, into shared memory", async () => {
  for (const path of [await write("plain", content), await write("packed.gz", gzipSync(content))]) {
    const bytes = await readShared(path);
    expect(bytes).toEqual(content);
    expect(bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
  }
  expect(await readShared(await write("empty", new Uint8Array()))).toHaveLength(0);
});

it("says in one sentence what is wrong with a file", async () => {
  const missing = join(folder, "missing");
  await expect(readShared(missing)).rejects.toMatchObject({
    code: "data.file.missing",
    at: missing,
    message: `There is no file ${missing}: correct the path in the recipe's data, which is relative to the recipe's folder.`,
  });
  await expect(readShared(folder)).rejects.toMatchObject({ code: "data.file.unreadable", at: folder });
  await expect(readShared(devNull)).rejects.toMatchObject({ code: "data.file.unreadable", at: devNull });
  const cut = await write("cut.gz", gzipSync(content).subarray(0, 20));
  await expect(readShared(cut)).rejects.toMatchObject({ code: "data.file.gzip", at: cut });
  const large = await write("large", content);
  await expect(readShared(large, 999)).rejects.toMatchObject({ code: "data.file.size", at: large });
  const bomb = await write("bomb.gz", gzipSync(content));
  await expect(readShared(bomb, 999)).rejects.toMatchObject({ code: "data.file.gzip", at: bomb });
});
