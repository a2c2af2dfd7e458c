import { allocate } from "../allocate.ts";
import type { Examples } from "../examples.ts";
import type { Table } from "./builder.ts";
import type { NumberColumn } from "./column.ts";

/**
 * Training and held-out examples from the named rows of a table, in the order of its columns.
 *
 * Number columns are standardised, (x - mean) / deviation, with mean and (population) deviation of the training
 * rows alone, so that the held-out set stays unseen; a column that is constant there is only centred. In a
 * simulation these two numbers a column are computed over all clients' rows at once, which real clients would
 * have to agree upon. Text columns become one 0/1 feature per category, not standardised; categories are those
 * of all rows.
 */
export function encodeTable(
  table: Table,
  trainRows: Int32Array,
  testRows: Int32Array,
): { train: Examples; test: Examples } {
  const widths = table.features.map((column) => (column.kind === "number" ? 1 : column.categories.length));
  const width = widths.reduce((sum, n) => sum + n, 0);
  const train = new Float32Array(allocate(4 * width * trainRows.length));
  const test = new Float32Array(allocate(4 * width * testRows.length));
  let offset = 0;
  table.features.forEach((column, i) => {
    if (column.kind === "number") {
      const { mean, deviation } = moments(column, trainRows);
      const standard = (row: number) => (column.values[row] - mean) / deviation;
      trainRows.forEach((row, at) => {
        train[at * width + offset] = standard(row);
      });
      testRows.forEach((row, at) => {
        test[at * width + offset] = standard(row);
      });
    } else {
      trainRows.forEach((row, at) => {
        train[at * width + offset + column.values[row]] = 1;
      });
      testRows.forEach((row, at) => {
        test[at * width + offset + column.values[row]] = 1;
      });
    }
    offset += widths[i];
  });
  const labelled = (features: Float32Array, rows: Int32Array): Examples => {
    const labels = new Int32Array(allocate(4 * rows.length));
    rows.forEach((row, at) => {
      labels[at] = table.labels[row];
    });
    return { features, scale: 1, shape: [width], labels, classes: table.classNames.length };
  };
  return { train: labelled(train, trainRows), test: labelled(test, testRows) };
}

/** Mean and deviation over some rows; deviation 1 for a constant column, judged exactly and not by round-off. */
function moments(column: NumberColumn, rows: Int32Array): { mean: number; deviation: number } {
  const { values } = column;
  const first = values[rows[0]];
  if (rows.every((row) => values[row] === first)) return { mean: first, deviation: 1 };
  let sum = 0;
  for (const row of rows) sum += values[row];
  const mean = sum / rows.length;
  let squares = 0;
  for (const row of rows) squares += (values[row] - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / rows.length) };
}
