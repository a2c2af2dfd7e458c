/**
 * Turns the rows of a table (CSV, Parquet) into feature columns, labels and owners, in one pass. It knows
 * nothing of file formats: a reader feeds it cells that are numbers or text.
 */
import { InputError } from "../../errors.ts";
import type { FeatureColumn, Place } from "./column.ts";
import type { TableEncoding } from "./encoding.ts";
import { notesOnColumns } from "./header.ts";
import { layoutFromEncoding, layoutFromRoles, type TableLayout, type TableRoles } from "./layout.ts";

export interface Table {
  readonly file: string;
  readonly rows: number;
  readonly features: readonly FeatureColumn[];
  /** Name of the label's column. */
  readonly label: string;
  /** Class of each row, an index into `classNames`. */
  readonly labels: Int32Array;
  /** Sorted: by value if all are whole numbers, otherwise as text. Those of the run in a client's table. */
  readonly classNames: readonly string[];
  readonly owners?: readonly string[];
  /** What a run's encoding had no use for in a client's table, a sentence each. */
  readonly notes?: readonly string[];
}

export class TableBuilder {
  readonly #file: string;
  readonly #place: Place;
  readonly #names: readonly string[];
  readonly #layout: TableLayout;
  readonly #owners: string[] = [];
  #rows = 0;
  /** Places in the header of the columns that are read, ascending. */
  readonly used: readonly number[];

  /**
   * @param names the header
   * @param roles which columns are label and id, all others being features; or the encoding that a run has
   *   settled, whose columns are found by name and read as it says
   * @param file for errors that concern the whole file
   * @param place for errors that concern a row, counted from 0
   * @throws InputError as {@link layoutFromRoles} and {@link layoutFromEncoding} do
   */
  constructor(names: readonly string[], roles: TableRoles | TableEncoding, file: string, place: Place) {
    this.#file = file;
    this.#place = place;
    this.#names = names;
    const layout =
      "features" in roles
        ? layoutFromEncoding(names, roles, file, place)
        : layoutFromRoles(names, roles, file, place);
    this.#layout = layout;
    this.used = [...names.keys()].filter(
      (i) => i === layout.label || i === layout.id || layout.features.has(i),
    );
  }

  /** Whether a cell of this column that spells a number is to be given as one. */
  takesNumbers(column: number): boolean {
    return this.#layout.features.get(column)?.takesNumbers ?? false;
  }

  /**
   * @param cells by their place in the header; those of columns that are not `used` do not matter
   * @throws InputError `data.table.cell` for an empty cell, and what the columns' and labels' readers throw
   */
  addRow(cells: readonly (number | string)[]): void {
    const { label, id, features } = this.#layout;
    const row = this.#rows;
    for (const i of this.used) {
      const cell = cells[i];
      const column = features.get(i);
      // A NaN among labels or owners is a missing one; among features the column says so itself.
      if (cell === "" || (Number.isNaN(cell) && column === undefined)) throw this.#empty(i, row);
      column?.add(cell, row);
    }
    this.#layout.labels.add(String(cells[label]), row);
    if (id !== undefined) this.#owners.push(String(cells[id]));
    this.#rows++;
  }

  /** @throws InputError `data.table.empty`, `data.table.classes` */
  finish(): Table {
    const { label, id, labels, features } = this.#layout;
    if (this.#rows === 0) throw noRows(this.#file);
    const notes = this.#notes();
    return {
      file: this.#file,
      rows: this.#rows,
      features: Array.from(features.values(), (column) => column.finish()),
      label: this.#names[label],
      ...labels.finish(),
      ...(id === undefined ? {} : { owners: this.#owners }),
      ...(notes.length === 0 ? {} : { notes }),
    };
  }

  #notes(): string[] {
    const { ignored, features } = this.#layout;
    const notes = Array.from(features.values(), (column) => column.note).filter((note) => note !== undefined);
    return [...notesOnColumns(ignored), ...notes];
  }

  #empty(column: number, row: number): InputError {
    return new InputError(
      "data.table.cell",
      `${this.#place(row)}: column "${this.#names[column]}" is empty: fill the cell in or remove the row.`,
      { at: this.#place(row) },
    );
  }
}

/** A file that ends with its header. */
export function noRows(file: string): InputError {
  return new InputError("data.table.empty", `${file} has a header but no rows: add data.`, { at: file });
}
