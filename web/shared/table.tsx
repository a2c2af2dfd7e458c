import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Button } from "./button.tsx";

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Figures stand flush right. */
  readonly figure?: boolean;
  /** Left out on phones. */
  readonly minor?: boolean;
  /** Makes the column sortable: figures from large to small, texts from A to Z. */
  readonly sortBy?: (row: Row) => number | string;
}

/** Rows shown at first, and added by "Show more". */
const page = 50;

/**
 * A table that scrolls in its own frame, with a caption. The first column names the row. Long tables begin with
 * 50 rows and grow on demand, so that a live table stays cheap.
 *
 * @param caption what the table holds; shown above it unless `captionUnseen`, then for screen readers only
 * @param keyOf tells rows apart from one drawing to the next
 */
export function Table<Row>({
  caption,
  captionUnseen = false,
  columns,
  rows,
  keyOf,
}: {
  caption: string;
  captionUnseen?: boolean;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string | number;
}) {
  const [sortHead, sortBy] = useState<string | null>(null);
  const [most, setMost] = useState(page);
  const key = columns.find(({ head }) => head === sortHead)?.sortBy;
  const shown = (key ? rows.toSorted((a, b) => order(key(a), key(b))) : rows).slice(0, most);
  const headOf = (column: Column<Row>) => {
    const { head, sortBy: sortable, figure } = column;
    const sorted = head === sortHead;
    const direction = sorted ? (figure ? "descending" : "ascending") : undefined;
    return (
      <th scope="col" key={head} class={looks(column)} aria-sort={direction}>
        {sortable ? (
          <button type="button" onClick={() => sortBy(sorted ? null : head)}>
            {head}
            <span class={sorted ? undefined : "faint"} aria-hidden="true">
              {sorted ? (figure ? "\u00a0↓" : "\u00a0↑") : "\u00a0↕"}
            </span>
          </button>
        ) : (
          head
        )}
      </th>
    );
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="scroll" tabIndex={0} aria-label={caption}>
        <table>
          <caption class={captionUnseen ? "unseen" : undefined}>{caption}</caption>
          <thead>
            <tr>{columns.map(headOf)}</tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={keyOf(row)}>
                {columns.map((column, i) =>
                  i === 0 ? (
                    <th scope="row" key={column.head} class={looks(column)}>
                      {column.cell(row)}
                    </th>
                  ) : (
                    <td key={column.head} class={looks(column)}>
                      {column.cell(row)}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rows.length > most && (
        <p>
          <Button onClick={() => setMost(most + page)}>
            Show more ({shown.length} of {rows.length} shown)
          </Button>
        </p>
      )}
    </>
  );
}

function looks<Row>({ figure, minor }: Column<Row>): string | undefined {
  return `${figure ? "figure" : ""} ${minor ? "minor" : ""}`.trim() || undefined;
}

const collator = new Intl.Collator("en", { numeric: true });

function order(a: number | string, b: number | string): number {
  return typeof a === "number" && typeof b === "number" ? b - a : collator.compare(String(a), String(b));
}
