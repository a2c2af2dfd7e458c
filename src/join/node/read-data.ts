import { opendir, readdir, stat } from "node:fs/promises";
import { dirname, sep } from "node:path";
import type { ReadData } from "../../data/client-data.ts";
import type { DataPlan } from "../../data/data-plan.ts";
import { readCsvFile } from "../../data/node/csv.ts";
import { fileError, readShared } from "../../data/node/files.ts";
import { decodePictures } from "../../data/node/images.ts";
import { readParquet } from "../../data/node/parquet.ts";
import { InputError } from "../../errors.ts";
import { readExamples } from "../read/read-examples.ts";
import { idxPartner, mostFiles, tooManyFiles } from "../read/recognise.ts";

/**
 * A client's own data, encoded as the run demands.
 * @param path a CSV or Parquet file, either file of a pair of IDX files, or a folder that holds one of these, or
 *   pictures in folders named after their classes; CSV and IDX files may be gzip-compressed
 * @throws InputError `data.client.missing`, `data.file.unreadable`, and all of {@link readExamples}
 */
export async function readClientData(path: string, plan: DataPlan): Promise<ReadData> {
  return readExamples(
    {
      paths: await listFiles(path),
      where: path,
      bytes: readShared,
      csv: readCsvFile,
      parquet: readParquet,
      pictures: (paths, shape) => decodePictures(paths, shape, process.cwd()),
    },
    plan,
  );
}

async function listFiles(path: string): Promise<string[]> {
  try {
    return (await stat(path)).isDirectory() ? await filesUnder(path) : await fileAndPartner(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") {
      throw new InputError("data.client.missing", `There is no file or folder ${path}: correct the path.`, {
        at: path,
        cause,
      });
    }
    throw cause instanceof InputError ? cause : fileError(path, cause);
  }
}

/** All files in a folder and its sub-folders, hidden ones left out, with `/` between folders. */
async function filesUnder(folder: string): Promise<string[]> {
  const paths: string[] = [];
  const pending = [withSlashes(folder).replace(/\/+$/, "")];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for await (const entry of await opendir(next || "/")) {
      if (entry.name.startsWith(".")) continue;
      const path = `${next}/${entry.name}`;
      if (entry.isDirectory()) pending.push(path);
      else if (entry.isFile() || entry.isSymbolicLink()) paths.push(path);
      if (paths.length > mostFiles) throw tooManyFiles(folder);
    }
  }
  return paths;
}

/** A file; with one of a pair of IDX files comes the other, from the same folder. */
async function fileAndPartner(path: string): Promise<string[]> {
  const folder = withSlashes(dirname(path));
  const siblings = (await readdir(folder)).map((name) => `${folder}/${name}`);
  const partner = idxPartner(withSlashes(path), siblings);
  return partner === undefined ? [withSlashes(path)] : [withSlashes(path), partner];
}

function withSlashes(path: string): string {
  return path.split(sep).join("/");
}
