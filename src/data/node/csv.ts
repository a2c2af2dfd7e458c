import { isUtf8 } from "node:buffer";
import { parse } from "csv-parse/sync";
import { InputError } from "../../errors.ts";
import { type CsvReader, readCsv } from "../table/csv.ts";
import { readShared } from "./files.ts";

/** @throws InputError `data.csv.encoding`, and as {@link readCsv} and {@link readShared} do */
export async function readCsvFile<Result>(path: string, reader: CsvReader<Result>): Promise<Result> {
  const bytes = await readShared(path);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkEncoding(text, path);
  return readCsv(parse, text, path, reader);
}

/** Other encodings would turn into other letters without a word, and two names into one. */
function checkEncoding(text: Buffer, path: string): void {
  if (isUtf8(text)) return;
  const at = `${path}:${firstLineNotUtf8(text)}`;
  throw new InputError("data.csv.encoding", `${at}: this is not UTF-8 text: save the file as UTF-8.`, { at });
}

/** No letter of several bytes holds a line feed, so lines can be judged one by one. */
function firstLineNotUtf8(text: Buffer): number {
  for (let line = 1, start = 0; ; line++) {
    const feed = text.indexOf("\n", start);
    const end = feed < 0 ? text.length : feed;
    if (feed < 0 || !isUtf8(text.subarray(start, end))) return line;
    start = feed + 1;
  }
}
