import type { Examples } from "../examples.ts";
import { checkFits } from "../fits.ts";
import type { Table } from "./builder.ts";
import { applyEncoding } from "./encode.ts";
import { encodedWidth, type TableEncoding } from "./encoding.ts";

/** A client's own data, ready for training. */
export interface ClientExamples {
  readonly examples: Examples;
  /** What was left out or not understood, a sentence each, for the client's owner. */
  readonly notes: readonly string[];
}

/**
 * All rows of a client's own table, as the run encodes its.
 * @param table read by a `TableBuilder` with the same encoding
 * @throws InputError `data.client.limit`
 */
export function encodeRows(encoding: TableEncoding, table: Table): ClientExamples {
  checkFits(table.rows, 4 * encodedWidth(encoding.features), table.file);
  const rows = Int32Array.from({ length: table.rows }, (_, row) => row);
  return { examples: applyEncoding(encoding, table, rows), notes: table.notes ?? [] };
}
