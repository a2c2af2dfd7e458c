import type { FigureColumn } from "../../src/records/report/columns.ts";
import { Table } from "../shared/table.tsx";

/** A table of figures with the columns of the report; the first column names the row. */
export function FigureTable<Row>({
  caption,
  columns,
  rows,
  keyOf,
}: {
  caption: string;
  columns: readonly FigureColumn<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string | number;
}) {
  return (
    <Table
      caption={caption}
      captionUnseen
      columns={columns.map(([head, cell], i) => ({ head, cell, figure: i > 0 }))}
      rows={rows}
      keyOf={keyOf}
    />
  );
}
