/**
 * What a terminal shows after a text with escape sequences (ECMA-48, and those of xterm for saving the cursor and for
 * wrapping), as far as a progress bar uses them.
 *
 * @param width columns
 * @returns the lines, without blanks at their ends
 */
export function screenOf(text: string, width: number): string[] {
  const lines: string[][] = [[]];
  let [row, column, wraps] = [0, 0, true];
  let saved: readonly [row: number, column: number] = [0, 0];
  for (const [part, parameters, command] of text.matchAll(SEQUENCE)) {
    if (part === "\u001b7") saved = [row, column];
    else if (part === "\u001b8") [row, column] = saved;
    else if (part === "\r") column = 0;
    // The terminal's driver makes a carriage return of it too.
    else if (part === "\n") [row, column] = [row + 1, 0];
    else if (command === "G") column = Number(parameters) - 1;
    else if (command === "K") lines[row] = parameters === "2" ? [] : lines[row].slice(0, column);
    else if (parameters === "?7") wraps = command === "h";
    else if (command === undefined) {
      if (column >= width && wraps) [row, column] = [row + 1, 0];
      lines[row] ??= [];
      lines[row][Math.min(column, width - 1)] = part;
      column++;
    }
    lines[row] ??= [];
  }
  return lines.map((line) =>
    Array.from(line, (character) => character ?? " ")
      .join("")
      .trimEnd(),
  );
}

/** One character, or a sequence that controls the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about.
const SEQUENCE = /\u001b[78]|\u001b\[([\d;?]*)([A-Za-z])|[^\u001b]/gsu;
