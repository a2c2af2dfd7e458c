/**
 * CSV (RFC 4180): commas, double quotes, a header line, UTF-8. The parser is csv-parse, handed in because its
 * builds for Node and for browsers are different modules with one face.
 */
import type { parse } from "csv-parse/sync";
import { InputError } from "../../errors.ts";
import { type Table, TableBuilder } from "./builder.ts";
import { numberOrText } from "./cell.ts";
import type { TableEncoding } from "./encoding.ts";
import type { TableRoles } from "./layout.ts";

export type CsvParse = typeof parse;

/** What the records of a CSV text are fed to. Blanks around cells are gone, and so are blank lines. */
export interface CsvReader<Result> {
  /** @param line the record's last line, from 1 */
  record(cells: readonly string[], line: number): void;
  finish(): Result;
}

/**
 * A table from CSV. Blanks around cells are dropped, blank lines skipped; a byte-order mark is understood.
 * @param file names the text in errors, which give the line as `file:line`
 * @throws InputError `data.csv.ragged`, and all of {@link readCsv} and {@link TableBuilder}
 */
export function tableFromCsv(
  parseCsv: CsvParse,
  text: string | Uint8Array,
  file: string,
  roles: TableRoles | TableEncoding,
): Table {
  return readCsv(parseCsv, text, file, tableReader(file, roles));
}

/**
 * Reads a CSV text that is there as a whole.
 * @throws InputError `data.csv.empty`, `data.csv.delimiter`, `data.csv.syntax`, and what the reader throws
 */
export function readCsv<Result>(
  parseCsv: CsvParse,
  text: string | Uint8Array,
  file: string,
  reader: CsvReader<Result>,
): Result {
  const { options, finish } = csvParsing(file, reader);
  try {
    parseCsv(text, options);
  } catch (cause) {
    throw csvError(cause, file);
  }
  return finish();
}

/** The options with which any of csv-parse's builds feeds the reader, and what to call after the last record. */
export function csvParsing<Result>(file: string, reader: CsvReader<Result>) {
  let isEmpty = true;
  // Rows are counted by the reader, to say it better; null keeps the parser from storing them.
  const on_record = (cells: string[], { lines }: { lines: number }): null => {
    if (isEmpty) checkDelimiter(cells, file);
    isEmpty = false;
    reader.record(cells, lines);
    return null;
  };
  const finish = (): Result => {
    if (!isEmpty) return reader.finish();
    throw new InputError(
      "data.csv.empty",
      `${file} is empty: it needs a line that names the columns, and rows.`,
      { at: file },
    );
  };
  const options = { bom: true, trim: true, skip_empty_lines: true, relax_column_count: true, on_record };
  return { options, finish };
}

/** What csv-parse threw, as one sentence for people; an error of the reader stays itself. */
export function csvError(cause: unknown, file: string): InputError {
  if (cause instanceof InputError) return cause;
  const { message, lines } = cause as Error & { lines?: number };
  const at = lines === undefined ? file : `${file}:${lines}`;
  return new InputError(
    "data.csv.syntax",
    `${at}: this is not well-formed CSV (${message}): correct the quotes around the cell.`,
    { at, cause },
  );
}

/** A reader that makes a table; see {@link TableBuilder} for `roles`. */
export function tableReader(file: string, roles: TableRoles | TableEncoding): CsvReader<Table> {
  let columns = 0;
  let builder: TableBuilder | undefined;
  const lines: number[] = [];
  const place = (line: number) => `${file}:${line}`;
  return {
    record(cells, line) {
      if (builder === undefined) {
        columns = cells.length;
        builder = new TableBuilder(cells, roles, file, (row) => place(lines[row]));
        return;
      }
      checkWidth(cells, columns, place(line));
      lines.push(line);
      const table = builder;
      table.addRow(cells.map((cell, i) => (table.takesNumbers(i) ? numberOrText(cell) : cell)));
    },
    // The header, at least, has been read: a text without records never gets here.
    finish: () => builder!.finish(),
  };
}

/**
 * @param columns as many as the header names
 * @throws InputError `data.csv.ragged`
 */
export function checkWidth(cells: readonly string[], columns: number, place: string): void {
  if (cells.length === columns) return;
  throw new InputError(
    "data.csv.ragged",
    `${place}: this row has ${cells.length} cells, but the header names ${columns} columns: ` +
      "correct the row (a comma inside a cell needs double quotes around the cell).",
    { at: place },
  );
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
