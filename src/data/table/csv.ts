/**
 * CSV (RFC 4180): commas, double quotes, a header line, UTF-8. The parser is csv-parse, handed in because its
 * builds for Node and for browsers are different modules with one face.
 */
import type { parse } from "csv-parse/sync";
import { InputError } from "../../errors.ts";
import { type Table, TableBuilder, type TableRoles } from "./builder.ts";

export type CsvParse = typeof parse;

const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const notFinite = /^[+-]?(nan|inf|infinity)$/i;

/**
 * A table from CSV. Blanks around cells are dropped, blank lines skipped; a byte-order mark is understood.
 * @param file names the text in errors, which give the line as `file:line`
 * @throws InputError `data.csv.empty`, `data.csv.delimiter`, `data.csv.ragged`, `data.csv.syntax`, and all of
 *   {@link TableBuilder}
 */
export function tableFromCsv(
  parseCsv: CsvParse,
  text: string | Uint8Array,
  file: string,
  roles: TableRoles,
): Table {
  let header: string[] | undefined;
  let builder: TableBuilder | undefined;
  const place = (line: number) => `${file}:${line}`;
  const lines: number[] = [];
  const onRecord = (cells: string[], { lines: line }: { lines: number }): null => {
    if (header === undefined || builder === undefined) {
      checkDelimiter(cells, file);
      header = cells;
      builder = new TableBuilder(header, roles, file, (row) => place(lines[row]));
      return null;
    }
    if (cells.length !== header.length) {
      throw new InputError(
        "data.csv.ragged",
        `${place(line)}: this row has ${cells.length} cells, but the header names ${header.length} columns: ` +
          "correct the row (a comma inside a cell needs double quotes around the cell).",
        { at: place(line) },
      );
    }
    lines.push(line);
    const table = builder;
    builder.addRow(cells.map((cell, i) => (table.isFeature(i) ? numberOrText(cell) : cell)));
    return null;
  };
  try {
    // Rows are counted here, to say it better; on_record's null keeps the parser from storing them.
    parseCsv(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      on_record: onRecord,
    });
  } catch (cause) {
    throw cause instanceof InputError ? cause : syntaxError(cause, file);
  }
  if (builder === undefined) {
    throw new InputError(
      "data.csv.empty",
      `${file} is empty: it needs a line that names the columns, and rows.`,
      { at: file },
    );
  }
  return builder.finish();
}

function numberOrText(cell: string): number | string {
  if (number.test(cell)) return Number(cell);
  // Number() knows neither "nan" nor "inf"; a number that is not finite makes the column say where.
  return notFinite.test(cell) ? Number(cell.replace(/inf(inity)?/i, "Infinity")) : cell;
}

function checkDelimiter(header: readonly string[], file: string): void {
  if (header.length !== 1) return;
  const used = [";", "\t", "|"].find((delimiter) => header[0].includes(delimiter));
  throw new InputError(
    "data.csv.delimiter",
    `${file}:1: the header has a single column` +
      (used === undefined ? "" : `, and seems to be separated by ${JSON.stringify(used)}`) +
      ": save the file with commas between the columns.",
    { at: `${file}:1` },
  );
}

function syntaxError(cause: unknown, file: string): InputError {
  const { message, lines } = cause as Error & { lines?: number };
  const at = lines === undefined ? file : `${file}:${lines}`;
  return new InputError(
    "data.csv.syntax",
    `${at}: this is not well-formed CSV (${message}): correct the quotes around the cell.`,
    { at, cause },
  );
}
