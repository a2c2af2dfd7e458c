import type { ReadData } from "../client-data.ts";
import { checkFits } from "../fits.ts";
import type { Table } from "./builder.ts";
import { applyEncoding } from "./encode.ts";
import { encodedWidth, type TableEncoding } from "./encoding.ts";

/**
 * All rows of a client's own table, as the run encodes its.
 * @param table read by a `TableBuilder` with the same encoding
 * @throws InputError `data.client.limit`
 */
export function encodeRows(encoding: TableEncoding, table: Table): ReadData {
  checkFits(table.rows, 4 * encodedWidth(encoding.features), table.file);
  const rows = Int32Array.from({ length: table.rows }, (_, row) => row);
  return { examples: applyEncoding(encoding, table, rows), notes: table.notes ?? [] };
}
