import { parse } from "csv-parse/sync";
import type { CsvSource } from "../sources.ts";
import type { Table } from "../table/builder.ts";
import { tableFromCsv } from "../table/csv.ts";
import { locate, readShared } from "./files.ts";

/** @throws InputError as {@link tableFromCsv} and {@link readShared} do */
export async function readCsv(source: CsvSource, baseFolder: string): Promise<Table> {
  const path = locate(source.csv, baseFolder);
  const bytes = await readShared(path);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return tableFromCsv(parse, text, path, source);
}
