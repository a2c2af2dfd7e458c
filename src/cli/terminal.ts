/**
 * Where a command writes. Results go to standard output; with `--json` they are exactly one JSON value, and
 * everything for people goes to standard error.
 */
export interface Terminal {
  /** Standard output, for results. */
  readonly out: NodeJS.WritableStream;
  /** Standard error, for people. */
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/**
 * Characters that steer a terminal or turn the direction of text. Names that others have chosen may hold them; they are
 * written as JSON writes them, which leaves JSON what it is.
 */
const STEERING = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu;

export function writeLine(stream: NodeJS.WritableStream, text: string): void {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  stream.write(`${text.replace(STEERING, escaped)}\n`);
}

/** Two-space separated columns; the first row is the header. Numbers (as text) line up on the right. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const columns = rows[0].map((_, column) => rows.map((row) => row[column]));
  const widths = columns.map((cells) => Math.max(...cells.map((cell) => cell.length)));
  const rightAligned = columns.map((cells) =>
    cells.slice(1).every((cell) => /^[-\d.,%]*( [A-Za-z]+)?$/.test(cell)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, i) => (rightAligned[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
