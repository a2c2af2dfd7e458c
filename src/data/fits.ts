import { InputError } from "../errors.ts";

/** Largest set of examples that a client builds, 2 GiB: what a browser tab can hold at all. */
export const mostBytes = 2 ** 31;

/**
 * To be called before a client's rows are laid out, whose number and width come from different hands.
 * @param file the rows' source, for the error
 * @throws InputError `data.client.limit`
 */
export function checkFits(rows: number, bytesPerRow: number, file: string): void {
  const bytes = rows * bytesPerRow;
  if (bytes <= mostBytes) return;
  throw new InputError(
    "data.client.limit",
    `${file} would take ${bytes} bytes in memory (${rows} rows of ${bytesPerRow}), more than the ${mostBytes} that ` +
      "a client uses: bring fewer rows.",
    { at: file },
  );
}
