import { basename, extname } from "node:path";
import { InputError } from "../../errors.ts";
import { SimulationRandom } from "../../numeric/random.ts";
import { datasets } from "../datasets.ts";
import type { Dataset, Examples } from "../examples.ts";
import { factsReader } from "../facts/csv.ts";
import { factsDataset } from "../facts/facts-dataset.ts";
import { nearestName } from "../names.ts";
import { drawRows, selectRows } from "../select.ts";
import type { DataSource, RowLimits } from "../sources.ts";
import { splitRows } from "../split.ts";
import type { Table } from "../table/builder.ts";
import { tableReader } from "../table/csv.ts";
import { encodeTable } from "../table/encode.ts";
import { readCsvFile } from "./csv.ts";
import { loadFashion } from "./fashion.ts";
import { locate } from "./files.ts";
import { loadIdx } from "./idx.ts";
import { loadImages } from "./images.ts";
import { loadMnist } from "./mnist.ts";
import { readParquet } from "./parquet.ts";
import { loadWordnet } from "./wordnet.ts";

export interface LoadOptions {
  /** The run's seed: draws the held-out rows of sources without a test set, and the rows that limits keep. */
  readonly seed: number;
  /** Paths in the source are relative to this folder: the recipe's. */
  readonly baseFolder: string;
}

/**
 * Training and held-out examples, features and labels in shared memory. Same source, files and seed: same bits.
 * Image bytes stay bytes. Number columns of tables are standardised by the training rows (`encodeTable`).
 * @throws InputError with a code `data.*`; `at` is a file, a line or a recipe key
 */
export async function loadDataset(source: DataSource, options: LoadOptions): Promise<Dataset> {
  const { baseFolder } = options;
  const random = SimulationRandom.fromSeed(options.seed).stream("data");
  if ("dataset" in source) return limit(await loadNamed(source.dataset, baseFolder), source, random);
  if ("csv" in source) {
    const path = locate(source.csv, baseFolder);
    return splitTable(await readCsvFile(path, tableReader(path, source)), source, random);
  }
  if ("parquet" in source) {
    return splitTable(await readParquet(locate(source.parquet, baseFolder), source), source, random);
  }
  if ("images" in source) {
    const { train, test, classNames } = await loadImages(source, baseFolder);
    const name = basename(source.images);
    return test === undefined
      ? { name, ...splitExamples(train, source, random), classNames }
      : limit({ name, train, test, classNames }, source, random);
  }
  if ("facts" in source) {
    const path = locate(source.facts, baseFolder);
    const stated = await readCsvFile(path, factsReader(path, { owners: true }));
    return factsDataset(basename(path, extname(path)), stated);
  }
  const { train, test } = await loadIdx(source, baseFolder);
  const name = basename(source.idx.images);
  return test === undefined
    ? { name, ...splitExamples(train, source, random) }
    : limit({ name, train, test }, source, random);
}

function loadNamed(name: string, baseFolder: string): Promise<Dataset> {
  switch (name) {
    case "mnist":
      return loadMnist(baseFolder);
    case "fashion":
      return loadFashion(baseFolder);
    case "wordnet":
      return loadWordnet(baseFolder);
  }
  const names = datasets.map((dataset) => dataset.name);
  const nearest = nearestName(name, names);
  throw new InputError(
    "data.dataset",
    `There is no dataset "${name}": ` +
      (nearest === undefined ? `there are ${names.join(" and ")}.` : `did you mean "${nearest}"?`),
    { at: "data.dataset" },
  );
}

function limit(dataset: Dataset, limits: RowLimits, random: SimulationRandom): Dataset {
  const { owners, testOwners } = dataset;
  const train = takeOwned(dataset.train, owners, limits.train, random.stream("train"), "training rows");
  const test = takeOwned(dataset.test, testOwners, limits.test, random.stream("test"), "test rows");
  return {
    ...dataset,
    ...{ train: train.examples, test: test.examples },
    ...(train.owners && { owners: train.owners }),
    ...(test.owners && { testOwners: test.owners }),
  };
}

/** At most `count` rows, with their owners where they have some. */
function takeOwned(
  examples: Examples,
  owners: readonly string[] | undefined,
  count: number | undefined,
  random: SimulationRandom,
  what: string,
): { readonly examples: Examples; readonly owners?: readonly string[] } {
  const all = examples.labels.length;
  if (count === undefined || count === all) return { examples, ...(owners && { owners }) };
  const rows = drawRows(all, count, random, what);
  return {
    examples: selectRows(examples, rows),
    ...(owners && { owners: Array.from(rows, (row) => owners[row]) }),
  };
}

function splitExamples(
  all: Examples,
  limits: RowLimits,
  random: SimulationRandom,
): { train: Examples; test: Examples } {
  const split = splitRows(all.labels.length, limits, random.stream("split"));
  return { train: selectRows(all, split.train), test: selectRows(all, split.test) };
}

function splitTable(table: Table, limits: RowLimits, random: SimulationRandom): Dataset {
  const { owners } = table;
  const split = splitRows(table.rows, limits, random.stream("split"), owners);
  return {
    name: basename(table.file, extname(table.file)),
    ...encodeTable(table, split.train, split.test),
    classNames: table.classNames,
    ...(owners === undefined ? {} : { owners: Array.from(split.train, (row) => owners[row]) }),
  };
}
