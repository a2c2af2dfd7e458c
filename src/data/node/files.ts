import { open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { InputError } from "../../errors.ts";
import { allocate } from "../allocate.ts";

/** Largest file read in one piece, 2 GiB: the bound of a single read, and beyond what a laptop should hold twice. */
export const largestFile = 2 ** 31 - 1;

/**
 * A whole file in shared memory; a gzip-compressed one is unpacked.
 * @throws InputError `data.file.missing`, `data.file.unreadable`, `data.file.size`, `data.file.gzip`
 */
export async function readShared(path: string, limit = largestFile): Promise<Uint8Array> {
  const bytes = await readWhole(path, limit);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const unpacked = gunzipSync(bytes, { maxOutputLength: limit });
    const shared = new Uint8Array(allocate(unpacked.length));
    shared.set(unpacked);
    return shared;
  } catch (cause) {
    throw new InputError(
      "data.file.gzip",
      `${path} is gzip-compressed, but cannot be unpacked (${(cause as Error).message}): get it again.`,
      { at: path, cause },
    );
  }
}

async function readWhole(path: string, limit: number): Promise<Uint8Array> {
  try {
    await checkIsFile(path);
    await using file = await open(path);
    const { size: length } = await file.stat();
    if (length > limit) {
      throw new InputError(
        "data.file.size",
        `${path} holds ${length} bytes, more than the ${limit} that are read at once: use fewer rows or a Parquet file.`,
        { at: path },
      );
    }
    const bytes = new Uint8Array(allocate(length));
    let done = 0;
    while (done < length) {
      const { bytesRead } = await file.read(bytes, done, length - done, done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return bytes.subarray(0, done);
  } catch (cause) {
    throw cause instanceof InputError ? cause : fileError(path, cause);
  }
}

/**
 * To be called before a file is opened: opening a pipe waits for whoever may write to it.
 * @throws InputError `data.file.unreadable` for a pipe or a device; what `stat` throws
 */
export async function checkIsFile(path: string): Promise<void> {
  const facts = await stat(path);
  // A folder is told by the reading itself.
  if (facts.isFile() || facts.isDirectory()) return;
  throw new InputError("data.file.unreadable", `${path} is a pipe or a device, but a file is needed.`, {
    at: path,
  });
}

/** A failed file operation as one sentence for people. */
export function fileError(path: string, cause: unknown): InputError {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new InputError(
      "data.file.missing",
      `There is no file ${path}: correct the path in the recipe's data, which is relative to the recipe's folder.`,
      { at: path, cause },
    );
  }
  if (code === "EISDIR") {
    return new InputError("data.file.unreadable", `${path} is a folder, but a file is needed.`, {
      at: path,
      cause,
    });
  }
  return new InputError(
    "data.file.unreadable",
    `${path} cannot be read (${code ?? (cause as Error).message}): check its permissions.`,
    { at: path, cause },
  );
}

/** `path` as the recipe means it: relative to the recipe's folder. */
export function locate(path: string, baseFolder: string): string {
  return resolve(baseFolder, path);
}
