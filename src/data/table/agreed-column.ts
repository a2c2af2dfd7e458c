import { InputError } from "../../errors.ts";
import { numberOrText } from "./cell.ts";
import { type ColumnReader, type FeatureColumn, finite, type Place } from "./column.ts";
import type { ColumnEncoding } from "./encoding.ts";

/** A column of a client's table, read as the run's encoding says, whatever its cells look like. */
export class AgreedColumn implements ColumnReader {
  readonly takesNumbers: boolean;
  readonly #encoding: ColumnEncoding;
  readonly #place: Place;
  readonly #values: number[] = [];
  /** Index of each category that the run knows. */
  readonly #categories: ReadonlyMap<string, number>;
  readonly #hasNumericCategories: boolean;
  #unknown = 0;
  #firstUnknown = "";

  constructor(encoding: ColumnEncoding, place: Place) {
    this.takesNumbers = encoding.kind === "number";
    this.#encoding = encoding;
    this.#place = place;
    const categories = encoding.kind === "text" ? encoding.categories : [];
    this.#categories = new Map(categories.map((category, i) => [category, i]));
    this.#hasNumericCategories = categories.some(isNumber);
  }

  /** @throws InputError `data.table.cell`, `data.client.mismatch` */
  add(cell: number | string, row: number): void {
    this.#values.push(this.takesNumbers ? this.#number(cell, row) : this.#category(String(cell), row));
  }

  finish(): FeatureColumn {
    const { name } = this.#encoding;
    return this.#encoding.kind === "number"
      ? { name, kind: "number", values: this.#values }
      : { name, kind: "text", values: this.#values, categories: this.#encoding.categories };
  }

  get note(): string | undefined {
    if (this.#unknown === 0) return undefined;
    const cells = this.#unknown === 1 ? "1 cell holds a value" : `${this.#unknown} cells hold values`;
    return (
      `Column "${this.#encoding.name}": ${cells} that this run does not know, first at ${this.#firstUnknown}; ` +
      "none of its features is set there."
    );
  }

  #number(cell: number | string, row: number): number {
    if (typeof cell === "number") return finite(cell, this.#encoding.name, this.#place, row);
    throw this.#mismatch("text", cell, "numbers", row);
  }

  #category(text: string, row: number): number {
    const known = this.#categories.get(text);
    if (known !== undefined) return known;
    // A number among words is a damaged or another column, unless the run's own categories look like that.
    if (isNumber(text) && !this.#hasNumericCategories) throw this.#mismatch("a number", text, "text", row);
    if (this.#unknown === 0) this.#firstUnknown = this.#place(row);
    this.#unknown++;
    return -1;
  }

  #mismatch(here: string, cell: string, expected: string, row: number): InputError {
    const at = this.#place(row);
    return new InputError(
      "data.client.mismatch",
      `${at}: column "${this.#encoding.name}" holds ${here} (${JSON.stringify(cell)}), but this run expects ` +
        `${expected} there: correct the cell or remove the row.`,
      { at },
    );
  }
}

function isNumber(text: string): boolean {
  return typeof numberOrText(text) === "number";
}
