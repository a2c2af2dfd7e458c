import type { ReadData } from "../../../src/data/client-data.ts";
import type { DataPlan } from "../../../src/data/data-plan.ts";
import { mostBytes } from "../../../src/data/fits.ts";
import { InputError } from "../../../src/errors.ts";
import { readExamples } from "../../../src/join/read/read-examples.ts";
import type { ClientFile } from "./client-file.ts";
import { bytesOf } from "./content.ts";
import { readCsvFile } from "./csv.ts";
import { readParquetFile } from "./parquet.ts";
import { decodePictures } from "./pictures.ts";

/**
 * The files that somebody gave the page, encoded as the run demands. To be called in a worker: it reads and decodes
 * for as long as it takes.
 * @throws InputError `data.client.limit`, and all of {@link readExamples}
 */
export async function readClientFiles(files: readonly ClientFile[], plan: DataPlan): Promise<ReadData> {
  const where = files.length === 1 ? files[0].path : "the selection";
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  if (bytes > mostBytes) {
    throw new InputError(
      "data.client.limit",
      `${where} holds ${bytes} bytes, more than the ${mostBytes} that are read: give fewer or smaller files.`,
      { at: where },
    );
  }
  const byPath = new Map(files.map((source) => [source.path, source]));
  const source = (path: string) => byPath.get(path)!;
  return readExamples(
    {
      paths: files.map(({ path }) => path),
      where,
      bytes: (path) => bytesOf(source(path)),
      csv: (path, reader) => readCsvFile(source(path), reader),
      parquet: (path, encoding) => readParquetFile(source(path), encoding),
      pictures: (paths, shape) => decodePictures(paths.map(source), shape),
    },
    plan,
  );
}
