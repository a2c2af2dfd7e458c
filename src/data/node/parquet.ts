import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
} from "hyparquet";
import { InputError } from "../../errors.ts";
import type { ParquetSource } from "../sources.ts";
import { type Table, TableBuilder } from "../table/builder.ts";
import { checkIsFile, fileError, locate } from "./files.ts";

/** Codecs beyond hyparquet's own Snappy, from Node's zlib. */
const compressors = {
  GZIP: (input: Uint8Array) => gunzipSync(input),
  BROTLI: (input: Uint8Array) => brotliDecompressSync(input),
  ZSTD: (input: Uint8Array) => zstdDecompressSync(input),
};

/**
 * A table from a Parquet file, one row group at a time. Whole and decimal numbers and booleans (0 and 1) are
 * numbers, strings are text whatever they spell.
 * @throws InputError `data.parquet.format`, `data.parquet.type`, `data.file.missing`, `data.file.unreadable`,
 *   and all of {@link TableBuilder}
 */
export async function readParquet(source: ParquetSource, baseFolder: string): Promise<Table> {
  const path = locate(source.parquet, baseFolder);
  const file = await openFile(path);
  const metadata = await readable(path, parquetMetadataAsync(file));
  const columns = parquetSchema(metadata).children.map((child) => child.element.name);
  const builder = new TableBuilder(columns, source, path, (row) => `${path}, row ${row + 1}`);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await readable(path, readRows(file, { metadata, columns, rowStart, rowEnd, compressors }));
    rows.forEach((cells, i) => {
      builder.addRow(
        cells.map((cell, column) => plainCell(cell, `${path}, row ${rowStart + i + 1}`, columns[column])),
      );
    });
    rowStart = rowEnd;
  }
  return builder.finish();
}

type ReadOptions = Omit<Parameters<typeof parquetRead>[0], "file" | "onComplete">;

async function readRows(file: AsyncBuffer, options: ReadOptions): Promise<unknown[][]> {
  let rows: unknown[][] = [];
  const onComplete = (done: unknown[][]) => {
    rows = done;
  };
  // Arrays, not objects: the shape of `onComplete`'s argument depends on the row format.
  await parquetRead({ ...options, file, rowFormat: "array", onComplete } as Parameters<
    typeof parquetRead
  >[0]);
  return rows;
}

async function openFile(path: string): Promise<AsyncBuffer> {
  try {
    await checkIsFile(path);
    return await asyncBufferFromFile(path);
  } catch (cause) {
    throw cause instanceof InputError ? cause : fileError(path, cause);
  }
}

async function readable<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall !== undefined) throw fileError(path, cause);
    throw new InputError(
      "data.parquet.format",
      `${path} cannot be read as Parquet (${(cause as Error).message}): write it again, uncompressed or with Snappy, Gzip, Brotli or Zstandard.`,
      { at: path, cause },
    );
  }
}

/** A value as a table cell; a null is an empty cell. */
function plainCell(value: unknown, place: string, column: string): number | string {
  switch (typeof value) {
    case "number":
    case "string":
      return value;
    case "bigint":
    case "boolean":
      return Number(value);
  }
  if (value === null || value === undefined) return "";
  throw new InputError(
    "data.parquet.type",
    `${place}: column "${column}" holds ${value instanceof Date ? "a date" : "a nested value"}, but only numbers, text and booleans are read: convert or remove the column.`,
    { at: place },
  );
}
