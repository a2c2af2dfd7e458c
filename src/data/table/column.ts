/**
 * A feature column while a table is read, one pass, a number per cell. A column holds numbers or text, never
 * both: a stray word among numbers is nearly always a damaged cell, and taking it for a category would turn a
 * quantity into hundreds of unrelated switches without a word.
 */
import { InputError } from "../../errors.ts";
import { sortedNames } from "../names.ts";

/** Most categories of a text column: each becomes a feature, so free text has to be left out of the file. */
export const mostCategories = 256;

export type FeatureColumn = NumberColumn | TextColumn;

export interface NumberColumn {
  readonly name: string;
  readonly kind: "number";
  readonly values: readonly number[];
}

export interface TextColumn {
  readonly name: string;
  readonly kind: "text";
  /** Category of each row, an index into `categories`; -1 for a value that a run's encoding does not know. */
  readonly values: readonly number[];
  /** Sorted, so that the features do not depend on the order of the rows. */
  readonly categories: readonly string[];
}

/** Where a row is, for people: "data.csv:12". */
export type Place = (row: number) => string;

/** What a table's cells of one feature are fed to. */
export interface ColumnReader {
  /** Cells that spell a number are to be given as one. */
  readonly takesNumbers: boolean;
  /** What the owner of the table should know about the column, as a sentence. */
  readonly note: string | undefined;
  add(cell: number | string, row: number): void;
  finish(): FeatureColumn;
}

/** A column whose first cell decides what it holds. */
export class ColumnBuilder implements ColumnReader {
  readonly takesNumbers = true;
  readonly note = undefined;
  readonly #name: string;
  readonly #place: Place;
  readonly #values: number[] = [];
  #categories: Map<string, number> | undefined;

  constructor(name: string, place: Place) {
    this.#name = name;
    this.#place = place;
  }

  /** @throws InputError `data.table.cell`, `data.table.mixed`, `data.table.categories` */
  add(cell: number | string, row: number): void {
    if (this.#values.length === 0 && typeof cell === "string") this.#categories = new Map();
    if ((typeof cell === "string") !== (this.#categories !== undefined)) throw this.#mixed(cell, row);
    this.#values.push(
      typeof cell === "string" ? this.#category(cell, row) : finite(cell, this.#name, this.#place, row),
    );
  }

  finish(): FeatureColumn {
    const name = this.#name;
    if (this.#categories === undefined) return { name, kind: "number", values: this.#values };
    const categories = sortedNames(this.#categories.keys());
    const rank = new Map(categories.map((category, i) => [category, i]));
    const ranks = Array.from(this.#categories.keys(), (category) => rank.get(category)!);
    return { name, kind: "text", values: this.#values.map((code) => ranks[code]), categories };
  }

  #category(text: string, row: number): number {
    const categories = this.#categories!;
    const known = categories.get(text);
    if (known !== undefined) return known;
    if (categories.size === mostCategories) {
      throw new InputError(
        "data.table.categories",
        `${this.#place(row)}: text column "${this.#name}" has more than ${mostCategories} different values: ` +
          "remove the column or group its values.",
        { at: this.#place(row) },
      );
    }
    categories.set(text, categories.size);
    return categories.size - 1;
  }

  #mixed(cell: number | string, row: number): InputError {
    const [here, before] = typeof cell === "string" ? ["text", "numbers"] : ["a number", "text"];
    return new InputError(
      "data.table.mixed",
      `${this.#place(row)}: column "${this.#name}" holds ${here} (${JSON.stringify(cell)}) after ${before}: ` +
        "make it all numbers or all text, or remove the column.",
      { at: this.#place(row) },
    );
  }
}

/**
 * The value itself, if a feature can hold it.
 * @throws InputError `data.table.cell`
 */
export function finite(value: number, column: string, place: Place, row: number): number {
  // Features are 32-bit floats in the end: 1e39 is as infinite there as 1e999 is here.
  if (Number.isFinite(Math.fround(value))) return value;
  const at = place(row);
  throw new InputError(
    "data.table.cell",
    `${at}: column "${column}" holds ${value}, but every cell must be a finite 32-bit number: ` +
      "correct the cell or remove the row.",
    { at },
  );
}
