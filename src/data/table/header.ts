/** What a table's first line must be, and what is said of it. */
import { InputError } from "../../errors.ts";
import { nearestName } from "../names.ts";

/**
 * @param isNeeded of a column's name; others may be empty or repeat
 * @throws InputError `data.table.header`
 */
export function checkHeader(
  names: readonly string[],
  isNeeded: (name: string) => boolean,
  file: string,
): void {
  const seen = new Set<string>();
  names.forEach((name, i) => {
    if (!isNeeded(name)) return;
    if (name === "" || seen.has(name)) {
      const fault =
        name === "" ? `column ${i + 1} has no name` : `two columns are called ${JSON.stringify(name)}`;
      throw new InputError(
        "data.table.header",
        `In the header of ${file}, ${fault}: give every column a name of its own.`,
        { at: `${file}:1` },
      );
    }
    seen.add(name);
  });
}

/** Ends the sentence about a column that is not there. */
export function suggestion(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  const listed = names.slice(0, 20).join(", ") + (names.length > 20 ? ", ..." : "");
  return nearest === undefined ? `its first line names ${listed}.` : `did you mean "${nearest}"?`;
}

/** Columns that are not needed, as a header calls them or by their place. */
export function columnsBeyond(names: readonly string[], needed: ReadonlySet<string>): string[] {
  return names.map((name, i) => name || `column ${i + 1}`).filter((name) => !needed.has(name));
}

/** For the owner of a table some columns of which are not read; none when all are. */
export function notesOnColumns(ignored: readonly string[]): string[] {
  if (ignored.length === 0) return [];
  const listed = ignored.slice(0, 20).join(", ") + (ignored.length > 20 ? ", ..." : "");
  return [`Columns that this run does not use are left out: ${listed}.`];
}
