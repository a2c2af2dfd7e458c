import { allocate, shareLabels } from "../allocate.ts";
import type { Examples } from "../examples.ts";
import type { Table } from "./builder.ts";
import type { FeatureColumn, NumberColumn } from "./column.ts";
import { type ColumnEncoding, columnWidth, encodedWidth, type TableEncoding } from "./encoding.ts";

/**
 * Training and held-out examples from the named rows of a table, in the order of its columns, and the encoding
 * that made them: {@link fitEncoding} on the training rows, then {@link applyEncoding}.
 */
export function encodeTable(
  table: Table,
  trainRows: Int32Array,
  testRows: Int32Array,
): { train: Examples; test: Examples; encoding: TableEncoding } {
  const encoding = fitEncoding(table, trainRows);
  return {
    train: applyEncoding(encoding, table, trainRows),
    test: applyEncoding(encoding, table, testRows),
    encoding,
  };
}

/**
 * Number columns are standardised, (x - mean) / deviation, with mean and (population) deviation of the training
 * rows alone, so that the held-out set stays unseen; a column that is constant there is only centred. Text
 * columns become one 0/1 feature per category, not standardised; categories are those of all rows.
 */
export function fitEncoding(table: Table, trainRows: Int32Array): TableEncoding {
  return {
    label: table.label,
    classNames: table.classNames,
    features: table.features.map((column) =>
      column.kind === "number"
        ? { name: column.name, kind: "number", ...moments(column, trainRows) }
        : { name: column.name, kind: "text", categories: column.categories },
    ),
  };
}

/**
 * The named rows of a table as the encoding says.
 * @param table one that the encoding was fitted on, or that a `TableBuilder` read by it
 */
export function applyEncoding(encoding: TableEncoding, table: Table, rows: Int32Array): Examples {
  const width = encodedWidth(encoding.features);
  const features = new Float32Array(allocate(4 * width * rows.length));
  let offset = 0;
  encoding.features.forEach((column, i) => {
    writeColumn(column, table.features[i], rows, features.subarray(offset), width);
    offset += columnWidth(column);
  });
  const labels = shareLabels(rows.map((row) => table.labels[row]));
  return { features, scale: 1, shape: [width], labels, classes: encoding.classNames.length };
}

/** Writes a column's features at the start of every `width` entries. */
function writeColumn(
  encoding: ColumnEncoding,
  { values }: FeatureColumn,
  rows: Int32Array,
  features: Float32Array,
  width: number,
): void {
  if (encoding.kind === "number") {
    const { mean, deviation } = encoding;
    rows.forEach((row, at) => {
      features[at * width] = (values[row] - mean) / deviation;
    });
  } else {
    rows.forEach((row, at) => {
      if (values[row] >= 0) features[at * width + values[row]] = 1;
    });
  }
}

/** Mean and deviation over some rows; deviation 1 for a constant column, judged exactly and not by round-off. */
function moments(column: NumberColumn, rows: Int32Array): { mean: number; deviation: number } {
  const { values } = column;
  const first = values[rows[0]];
  // Clients get the encoding as JSON, which has no negative zero.
  if (rows.every((row) => values[row] === first)) return { mean: first + 0, deviation: 1 };
  let sum = 0;
  for (const row of rows) sum += values[row];
  const mean = sum / rows.length + 0;
  let squares = 0;
  for (const row of rows) squares += (values[row] - mean) ** 2;
  // Squares of differences below 1e-162 vanish: as good as constant.
  return { mean, deviation: Math.sqrt(squares / rows.length) || 1 };
}
