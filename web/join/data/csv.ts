import { parse } from "csv-parse/browser/esm";
import { type CsvReader, csvError, csvParsing } from "../../../src/data/table/csv.ts";
import { InputError } from "../../../src/errors.ts";
import type { ClientFile } from "./client-file.ts";
import { piecesOf } from "./content.ts";

/**
 * Feeds the records of a CSV file to a reader. csv-parse's build for browsers takes the text in pieces: given a whole
 * text it needs a number of memory for every byte, and gives up beyond a hundred megabytes.
 * @throws InputError `data.csv.encoding`, and as `readCsv` and {@link piecesOf} do
 */
export async function readCsvFile<Result>(source: ClientFile, reader: CsvReader<Result>): Promise<Result> {
  const { path } = source;
  const { options, finish } = csvParsing(path, reader);
  const parser = parse(options);
  const parsed = new Promise<void>((resolve, reject) => parser.on("end", resolve).on("error", reject));
  // A fault is met by the next write as well, so this one may come before anybody waits for it.
  parsed.catch(() => undefined);
  // Records go to the reader; none comes out, but the parser ends only when somebody has looked.
  parser.resume();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decode = (piece?: Uint8Array<ArrayBuffer>): string => {
    try {
      return decoder.decode(piece, { stream: piece !== undefined });
    } catch (cause) {
      throw new InputError("data.csv.encoding", `${path}: this is not UTF-8 text: save the file as UTF-8.`, {
        at: path,
        cause,
      });
    }
  };
  const write = (text: string) =>
    new Promise<void>((resolve, reject) => {
      parser.write(text, (fault) => (fault ? reject(fault) : resolve()));
    });
  try {
    for await (const piece of piecesOf(source)) await write(decode(piece));
    parser.end(decode());
    await parsed;
  } catch (cause) {
    throw csvError(cause, path);
  }
  return finish();
}
