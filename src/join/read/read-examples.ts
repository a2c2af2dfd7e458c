/** A client's own files as examples of a run: the same decisions whether the files lie on a disk or were dropped on a page. */
import { shareLabels } from "../../data/allocate.ts";
import type { ReadData } from "../../data/client-data.ts";
import type { DataPlan, ImagePlan } from "../../data/data-plan.ts";
import { type Examples, size } from "../../data/examples.ts";
import { factsReader } from "../../data/facts/csv.ts";
import { checkFits } from "../../data/fits.ts";
import { examplesFromIdx } from "../../data/idx.ts";
import type { PictureShape } from "../../data/pictures.ts";
import type { Table } from "../../data/table/builder.ts";
import { type CsvReader, tableReader } from "../../data/table/csv.ts";
import { encodeRows } from "../../data/table/encode-rows.ts";
import type { TableEncoding } from "../../data/table/encoding.ts";
import { unknownClass } from "../../data/table/label.ts";
import { InputError } from "../../errors.ts";
import { folderNames } from "./class-of.ts";
import { readFacts } from "./facts.ts";
import { pixelTableReader } from "./pixel-table.ts";
import { type Found, recognise } from "./recognise.ts";

/** A client's files, and how they are read where they are. Hidden files are not among them. */
export interface ClientFiles {
  /** Names for people and for the functions below, with `/` between folders. */
  readonly paths: readonly string[];
  /** The place of them all, for errors. */
  readonly where: string;
  /** The whole file, unpacked if it is gzip-compressed. */
  bytes(path: string): Promise<Uint8Array>;
  /** Feeds the records of a CSV file in UTF-8, which may be gzip-compressed. */
  csv<Result>(path: string, reader: CsvReader<Result>): Promise<Result>;
  parquet(path: string, encoding: TableEncoding): Promise<Table>;
  /** Pixels of each picture in the order of the paths, fitted as `loadImages` does. */
  pictures(paths: readonly string[], shape: PictureShape): Promise<Uint8Array>;
}

/**
 * For a table's run a CSV or Parquet file, for a run on facts a CSV file, for an images' run pictures in folders named
 * after their classes, a pair of IDX files, or a CSV file of pixels.
 * @throws InputError `data.client.nothing`, `data.client.kind`, and all of {@link recognise}, of the files' readers and
 *   of what encodes the rows or the facts
 */
export async function readExamples(files: ClientFiles, plan: DataPlan): Promise<ReadData> {
  const found = recognise(files.paths, files.where);
  if (found === undefined) {
    throw new InputError(
      "data.client.nothing",
      `There is nothing in ${files.where} that this run can learn from: give ${wanted(plan)}.`,
      { at: files.where },
    );
  }
  if (plan.kind === "table") {
    if (found.kind !== "csv" && found.kind !== "parquet") throw wrongKind(files, found, plan);
    const { path } = found;
    const table =
      found.kind === "csv" ? await files.csv(path, tableReader(path, plan)) : await files.parquet(path, plan);
    return encodeRows(plan, table);
  }
  if (plan.kind === "facts") {
    if (found.kind !== "csv") throw wrongKind(files, found, plan);
    return readFacts(plan, await files.csv(found.path, factsReader(found.path, { owners: false })));
  }
  switch (found.kind) {
    case "csv":
      return { examples: await files.csv(found.path, pixelTableReader(found.path, plan)), notes: [] };
    case "idx":
      return { examples: await readIdx(files, found.images, found.labels, plan), notes: [] };
    case "pictures":
      return readPictures(files, found.paths, plan);
    case "parquet":
      throw wrongKind(files, found, plan);
  }
}

async function readIdx(
  files: ClientFiles,
  images: string,
  labels: string,
  plan: ImagePlan,
): Promise<Examples> {
  const examples = examplesFromIdx(
    { bytes: await files.bytes(images), file: images },
    { bytes: await files.bytes(labels), file: labels },
    plan.classNames.length,
  );
  if (examples.shape.join() !== plan.shape.join()) {
    throw new InputError(
      "data.client.shape",
      `${images} holds images of shape ${examples.shape.join(" x ")}, but this run learns from ` +
        `${plan.shape.join(" x ")}: bring images of this shape.`,
      { at: images },
    );
  }
  return { ...examples, scale: plan.scale };
}

async function readPictures(
  files: ClientFiles,
  paths: readonly string[],
  plan: ImagePlan,
): Promise<ReadData> {
  const { shape, scale, classNames } = plan;
  if (!isPictureShape(shape)) throw wrongKind(files, { kind: "pictures", paths }, plan);
  checkFits(paths.length, size(shape), files.where);
  const names = folderNames(classNames);
  const pictures = paths.map((path) => ({ path, label: labelOfFolder(path, names) }));
  // What a file system or a drop lists first is no matter.
  pictures.sort((a, b) => a.label - b.label || (a.path < b.path ? -1 : 1));
  const features = await files.pictures(
    pictures.map(({ path }) => path),
    shape,
  );
  const labels = shareLabels(pictures.map(({ label }) => label));
  const others = files.paths.length - paths.length;
  return {
    examples: { features, scale, shape, labels, classes: classNames.length },
    notes: others === 0 ? [] : [`Files that are not pictures are left out: ${others}.`],
  };
}

function labelOfFolder(path: string, names: readonly string[]): number {
  const folder = path.split("/").at(-2) ?? "";
  const label = names.indexOf(folder.normalize("NFC"));
  if (label >= 0) return label;
  throw unknownClass(`${path} lies in a folder called`, folder, names, path);
}

function isPictureShape(shape: readonly number[]): shape is PictureShape {
  return shape.length === 3 && (shape[0] === 1 || shape[0] === 3);
}

function wrongKind({ where }: ClientFiles, { kind }: Found, plan: DataPlan): InputError {
  const held = {
    csv: "a table",
    parquet: "a Parquet file",
    idx: "a pair of IDX files",
    pictures: "pictures",
  }[kind];
  return new InputError(
    "data.client.kind",
    `${where} holds ${held}, which this run cannot learn from: give ${wanted(plan)}.`,
    { at: where },
  );
}

function wanted(plan: DataPlan): string {
  const list = (names: readonly string[]) => names.slice(0, 8).join(", ") + (names.length > 8 ? ", ..." : "");
  if (plan.kind === "table") {
    const columns = [plan.label, ...plan.features.map(({ name }) => name)];
    return `a CSV or Parquet file with the columns ${list(columns)}`;
  }
  if (plan.kind === "facts") return "a CSV file with the columns head, relation and tail";
  const pair = `a pair of IDX files or a CSV file of pixels, of shape ${plan.shape.join(" x ")}`;
  if (!isPictureShape(plan.shape)) return pair;
  return `folders of pictures called ${list(folderNames(plan.classNames))}, ${pair}`;
}
