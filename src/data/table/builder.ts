/**
 * Turns the rows of a table (CSV, Parquet) into feature columns, labels and owners, in one pass. It knows
 * nothing of file formats: a reader feeds it cells that are numbers or text.
 */
import { InputError } from "../../errors.ts";
import { nearestName, sortedNames } from "../names.ts";
import { ColumnBuilder, type FeatureColumn, type Place } from "./column.ts";

/** Most distinct labels: beyond, the column is a quantity or an identifier rather than a class. */
export const mostClasses = 1000;

export interface Table {
  readonly file: string;
  readonly rows: number;
  readonly features: readonly FeatureColumn[];
  /** Class of each row, an index into `classNames`. */
  readonly labels: Int32Array;
  /** Sorted: by value if all are whole numbers, otherwise as text. */
  readonly classNames: readonly string[];
  readonly owners?: readonly string[];
}

/** Which columns are not features. */
export interface TableRoles {
  readonly label: string;
  readonly id?: string | undefined;
}

export class TableBuilder {
  readonly #file: string;
  readonly #place: Place;
  readonly #names: readonly string[];
  readonly #label: number;
  readonly #id: number | undefined;
  readonly #columns: readonly (ColumnBuilder | undefined)[];
  readonly #labels: string[] = [];
  readonly #owners: string[] = [];

  /**
   * @param names the header
   * @param file for errors that concern the whole file
   * @param place for errors that concern a row, counted from 0
   * @throws InputError `data.table.header`, `data.table.column`, `data.table.features`
   */
  constructor(names: readonly string[], roles: TableRoles, file: string, place: Place) {
    checkHeader(names, file);
    this.#file = file;
    this.#place = place;
    this.#names = names;
    this.#label = findColumn(names, roles.label, "label", file);
    this.#id = roles.id === undefined ? undefined : findColumn(names, roles.id, "id", file);
    if (this.#id === this.#label) {
      throw new InputError(
        "data.table.column",
        `Column "${roles.label}" of ${file} cannot be both data.label and data.id.`,
        { at: "data.id" },
      );
    }
    this.#columns = names.map((name, i) => (this.isFeature(i) ? new ColumnBuilder(name, place) : undefined));
    if (this.#columns.every((column) => column === undefined)) {
      throw new InputError(
        "data.table.features",
        `${file} has no columns besides data.label and data.id: there is nothing to learn from.`,
        { at: file },
      );
    }
  }

  isFeature(column: number): boolean {
    return column !== this.#label && column !== this.#id;
  }

  /** @throws InputError `data.table.cell` for an empty cell, and all of {@link ColumnBuilder.add} */
  addRow(cells: readonly (number | string)[]): void {
    const row = this.#labels.length;
    for (let i = 0; i < this.#names.length; i++) {
      const cell = cells[i];
      // A NaN among labels or owners is a missing one; among features the column says so itself.
      if (cell === "" || (Number.isNaN(cell) && !this.isFeature(i))) throw this.#empty(i, row);
      this.#columns[i]?.add(cell, row);
    }
    this.#labels.push(String(cells[this.#label]));
    if (this.#id !== undefined) this.#owners.push(String(cells[this.#id]));
  }

  /** @throws InputError `data.table.empty`, `data.table.classes` */
  finish(): Table {
    if (this.#labels.length === 0) {
      throw new InputError("data.table.empty", `${this.#file} has a header but no rows: add data.`, {
        at: this.#file,
      });
    }
    const classNames = this.#classNames();
    const index = new Map(classNames.map((name, i) => [name, i]));
    return {
      file: this.#file,
      rows: this.#labels.length,
      features: this.#columns.flatMap((column) => (column === undefined ? [] : [column.finish()])),
      labels: Int32Array.from(this.#labels, (label) => index.get(label)!),
      classNames,
      ...(this.#id === undefined ? {} : { owners: this.#owners }),
    };
  }

  #classNames(): string[] {
    const names = new Set(this.#labels);
    const column = `column "${this.#names[this.#label]}" of ${this.#file}`;
    if (names.size === 1) {
      throw new InputError(
        "data.table.classes",
        `The label ${column} has the same value ${JSON.stringify(this.#labels[0])} in every row: at least two classes are needed.`,
        { at: this.#file },
      );
    }
    if (names.size > mostClasses) {
      throw new InputError(
        "data.table.classes",
        `The label ${column} has ${names.size} different values, more than ${mostClasses} classes: name a column of classes as data.label.`,
        { at: this.#file },
      );
    }
    return sortedNames(names);
  }

  #empty(column: number, row: number): InputError {
    return new InputError(
      "data.table.cell",
      `${this.#place(row)}: column "${this.#names[column]}" is empty: fill the cell in or remove the row.`,
      { at: this.#place(row) },
    );
  }
}

function checkHeader(names: readonly string[], file: string): void {
  const seen = new Set<string>();
  names.forEach((name, i) => {
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

function findColumn(names: readonly string[], name: string, role: "label" | "id", file: string): number {
  const found = names.indexOf(name);
  if (found >= 0) return found;
  const nearest = nearestName(name, names);
  const listed = names.slice(0, 20).join(", ") + (names.length > 20 ? ", ..." : "");
  throw new InputError(
    "data.table.column",
    `${file} has no column "${name}" for data.${role}: ` +
      (nearest === undefined ? `its first line names ${listed}.` : `did you mean "${nearest}"?`),
    { at: `data.${role}` },
  );
}
