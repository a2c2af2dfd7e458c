import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { type AsyncBuffer, asyncBufferFromFile } from "hyparquet";
import { InputError } from "../../errors.ts";
import type { Table } from "../table/builder.ts";
import type { TableEncoding } from "../table/encoding.ts";
import type { TableRoles } from "../table/layout.ts";
import { tableFromParquet } from "../table/parquet.ts";
import { checkIsFile, fileError } from "./files.ts";

const compressors = {
  GZIP: (input: Uint8Array) => gunzipSync(input),
  BROTLI: (input: Uint8Array) => brotliDecompressSync(input),
  ZSTD: (input: Uint8Array) => zstdDecompressSync(input),
};

/** @throws InputError `data.file.missing`, `data.file.unreadable`, and as {@link tableFromParquet} does */
export async function readParquet(path: string, roles: TableRoles | TableEncoding): Promise<Table> {
  return tableFromParquet({ name: path, bytes: await openFile(path), compressors }, roles);
}

async function openFile(path: string): Promise<AsyncBuffer> {
  const named = (cause: unknown) => {
    throw cause instanceof InputError ? cause : fileError(path, cause);
  };
  const file = await checkIsFile(path)
    .then(() => asyncBufferFromFile(path))
    .catch(named);
  return {
    byteLength: file.byteLength,
    slice: async (start, end) => {
      try {
        return await file.slice(start, end);
      } catch (cause) {
        return named(cause);
      }
    },
  };
}
