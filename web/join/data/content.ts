import { mostBytes } from "../../../src/data/fits.ts";
import { InputError } from "../../../src/errors.ts";
import type { ClientFile } from "./client-file.ts";

/**
 * A file's bytes piece by piece, unpacked if it is gzip-compressed.
 * @throws InputError `data.file.size`, `data.file.gzip`, `data.file.unreadable`
 */
export async function* piecesOf(source: ClientFile): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { path, file } = source;
  const [first, second] = new Uint8Array(await partOf(source, 0, 2));
  const isPacked = first === 0x1f && second === 0x8b;
  const content = file.stream();
  const reader = (isPacked ? content.pipeThrough(new DecompressionStream("gzip")) : content).getReader();
  let bytes = 0;
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      bytes += value.length;
      if (bytes > mostBytes) throw tooLarge(path);
      yield value;
    }
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    // What a stream of bytes cannot unpack is a TypeError; a file that is gone is a DOMException.
    throw isPacked && cause instanceof TypeError ? damaged(path, cause) : unreadable(path, cause);
  } finally {
    // Whoever stops early lets go of the file.
    await reader.cancel().catch(() => undefined);
  }
}

/** The whole file, unpacked. Throws as {@link piecesOf} does. */
export async function bytesOf(source: ClientFile): Promise<Uint8Array> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of piecesOf(source)) pieces.push(piece);
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/**
 * Part of a file as it is.
 * @throws InputError `data.file.unreadable`
 */
export async function partOf({ path, file }: ClientFile, start: number, end?: number): Promise<ArrayBuffer> {
  try {
    return await file.slice(start, end).arrayBuffer();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Browsers refuse files that were changed, moved or locked after they were chosen. */
export function unreadable(path: string, cause: unknown): InputError {
  return new InputError("data.file.unreadable", `${path} cannot be read any more: choose it again.`, {
    at: path,
    cause,
  });
}

function damaged(path: string, cause: TypeError): InputError {
  return new InputError(
    "data.file.gzip",
    `${path} is gzip-compressed, but cannot be unpacked (${cause.message}): get it again.`,
    { at: path, cause },
  );
}

function tooLarge(path: string): InputError {
  return new InputError(
    "data.file.size",
    `${path} unpacks to more than the ${mostBytes} bytes that are read: use fewer rows.`,
    { at: path },
  );
}
