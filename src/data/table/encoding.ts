/**
 * How the rows of a table become features and classes. A run fits it on its training rows once; everything that
 * is encoded afterwards, by the simulation or by a client from its own files, follows it.
 */
export interface TableEncoding {
  /** Name of the column that holds the class. */
  readonly label: string;
  /** In label order. */
  readonly classNames: readonly string[];
  /** In the order of the features. */
  readonly features: readonly ColumnEncoding[];
}

export type ColumnEncoding = NumberEncoding | CategoryEncoding;

/** One feature, (value - mean) / deviation. */
export interface NumberEncoding {
  readonly name: string;
  readonly kind: "number";
  readonly mean: number;
  /** > 0; 1 for a column that is only centred. */
  readonly deviation: number;
}

/** One 0/1 feature for each category, in this order. */
export interface CategoryEncoding {
  readonly name: string;
  readonly kind: "text";
  readonly categories: readonly string[];
}

/** Features that a row of such a table has. */
export function encodedWidth(features: readonly ColumnEncoding[]): number {
  return features.reduce((sum, column) => sum + columnWidth(column), 0);
}

/** Features that a column gives. */
export function columnWidth(column: ColumnEncoding): number {
  return column.kind === "number" ? 1 : column.categories.length;
}
