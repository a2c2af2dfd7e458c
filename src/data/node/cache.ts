import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { allocate } from "../allocate.ts";

/** `$COTERIE_CACHE`, or `coterie` in the user's cache folder (`$XDG_CACHE_HOME`, by default `~/.cache`). */
export function cacheFolder(): string {
  return (
    process.env.COTERIE_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "coterie")
  );
}

const digestLength = 32;

/**
 * Bytes that are slow to make and quick to read: from the cache if they are there and whole, else made and kept.
 * A file is the SHA-256 of the content, then the content; it appears under its name only when complete. A
 * damaged file is made again. A folder that cannot be written costs time, not the run.
 * @param name must change whenever what `make` returns changes
 */
export async function cached(name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const path = join(cacheFolder(), name);
  const found = await readChecked(path);
  if (found !== undefined) return found;
  const content = await make();
  await keep(path, content).catch(() => undefined);
  return content;
}

async function readChecked(path: string): Promise<Uint8Array | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const content = bytes.subarray(digestLength);
  if (!digest(content).equals(bytes.subarray(0, digestLength))) return undefined;
  const shared = new Uint8Array(allocate(content.length));
  shared.set(content);
  return shared;
}

async function keep(path: string, content: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporary, [digest(content), content]);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

function digest(content: Uint8Array): Buffer {
  return createHash("sha256").update(content).digest();
}
