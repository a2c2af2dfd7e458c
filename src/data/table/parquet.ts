/** Parquet by hyparquet, which reads any file-like object: a file of Node's or a browser's. */
import {
  type AsyncBuffer,
  type Compressors,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
} from "hyparquet";
import { InputError } from "../../errors.ts";
import { type Table, TableBuilder } from "./builder.ts";
import type { TableEncoding } from "./encoding.ts";
import type { TableRoles } from "./layout.ts";

/** A Parquet file to be read. */
export interface ParquetFile {
  /** For errors. */
  readonly name: string;
  /** Its failures are InputErrors. */
  readonly bytes: AsyncBuffer;
  /** Codecs beyond hyparquet's own Snappy. */
  readonly compressors: Compressors;
}

/**
 * A table from a Parquet file, one row group at a time. Whole and decimal numbers and booleans (0 and 1) are
 * numbers, strings are text whatever they spell.
 * @throws InputError `data.parquet.format`, `data.parquet.type`, and all of {@link TableBuilder}
 */
export async function tableFromParquet(file: ParquetFile, roles: TableRoles | TableEncoding): Promise<Table> {
  const metadata = await readable(file, parquetMetadataAsync(file.bytes));
  const names = parquetSchema(metadata).children.map((child) => child.element.name);
  const place = (row: number) => `${file.name}, row ${row + 1}`;
  const builder = new TableBuilder(names, roles, file.name, place);
  const columns = builder.used.map((column) => names[column]);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await readable(file, readRows(file, { metadata, columns, rowStart, rowEnd }));
    rows.forEach((values, i) => {
      const cells: (number | string)[] = [];
      builder.used.forEach((column, at) => {
        cells[column] = plainCell(values[at], place(rowStart + i), columns[at]);
      });
      builder.addRow(cells);
    });
    rowStart = rowEnd;
  }
  return builder.finish();
}

type ReadOptions = Pick<Parameters<typeof parquetRead>[0], "metadata" | "columns" | "rowStart" | "rowEnd">;

async function readRows({ bytes, compressors }: ParquetFile, options: ReadOptions): Promise<unknown[][]> {
  let rows: unknown[][] = [];
  const onComplete = (done: unknown[][]) => {
    rows = done;
  };
  // Arrays, not objects: the shape of `onComplete`'s argument depends on the row format.
  await parquetRead({ ...options, file: bytes, compressors, rowFormat: "array", onComplete } as Parameters<
    typeof parquetRead
  >[0]);
  return rows;
}

async function readable<T>({ name, compressors }: ParquetFile, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    const codecs = ["SNAPPY", ...Object.keys(compressors)].join(", ");
    throw new InputError(
      "data.parquet.format",
      `${name} cannot be read as Parquet (${(cause as Error).message}): write it again, uncompressed or with ${codecs}.`,
      { at: name, cause },
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
