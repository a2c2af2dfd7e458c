import type { Table } from "../../../src/data/table/builder.ts";
import type { TableEncoding } from "../../../src/data/table/encoding.ts";
import { tableFromParquet } from "../../../src/data/table/parquet.ts";
import type { ClientFile } from "./client-file.ts";
import { partOf } from "./content.ts";

/** Throws as `tableFromParquet` does. Browsers can unpack other codecs than Snappy only piece by piece, not at once. */
export function readParquetFile(source: ClientFile, encoding: TableEncoding): Promise<Table> {
  const { path, file } = source;
  const bytes = {
    byteLength: file.size,
    slice: (start: number, end?: number) => partOf(source, start, end),
  };
  return tableFromParquet({ name: path, bytes, compressors: {} }, encoding);
}
