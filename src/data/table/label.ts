import { InputError } from "../../errors.ts";
import { sortedNames } from "../names.ts";
import type { Place } from "./column.ts";

/** Most distinct labels: beyond, the column is a quantity or an identifier rather than a class. */
export const mostClasses = 1000;

/** What a table's labels are fed to. */
export interface LabelReader {
  add(label: string, row: number): void;
  finish(): { readonly labels: Int32Array; readonly classNames: readonly string[] };
}

/** Labels whose distinct values are the classes. */
export class LabelBuilder implements LabelReader {
  readonly #name: string;
  readonly #file: string;
  readonly #labels: string[] = [];

  constructor(name: string, file: string) {
    this.#name = name;
    this.#file = file;
  }

  add(label: string): void {
    this.#labels.push(label);
  }

  /** @throws InputError `data.table.classes` */
  finish() {
    const classNames = this.#classNames();
    const index = new Map(classNames.map((name, i) => [name, i]));
    return { labels: Int32Array.from(this.#labels, (label) => index.get(label)!), classNames };
  }

  #classNames(): string[] {
    const names = new Set(this.#labels);
    const column = `column "${this.#name}" of ${this.#file}`;
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
}

/** Labels of a client's table, whose classes the run has settled; the client may hold any part of them. */
export class AgreedLabel implements LabelReader {
  readonly #name: string;
  readonly #classNames: readonly string[];
  readonly #index: ReadonlyMap<string, number>;
  readonly #place: Place;
  readonly #labels: number[] = [];

  constructor(name: string, classNames: readonly string[], place: Place) {
    this.#name = name;
    this.#classNames = classNames;
    this.#index = new Map(classNames.map((className, i) => [className, i]));
    this.#place = place;
  }

  /** @throws InputError `data.client.class` */
  add(label: string, row: number): void {
    const index = this.#index.get(label);
    if (index === undefined) {
      throw unknownClass(
        `${this.#place(row)}: column "${this.#name}" holds`,
        label,
        this.#classNames,
        this.#place(row),
      );
    }
    this.#labels.push(index);
  }

  finish() {
    return { labels: Int32Array.from(this.#labels), classNames: this.#classNames };
  }
}

/**
 * A label that the run does not have.
 * @param found begins the sentence: "cats.csv:3: column "kind" holds"
 */
export function unknownClass(
  found: string,
  label: string,
  classNames: readonly string[],
  at: string,
): InputError {
  const listed = classNames.slice(0, 20).join(", ") + (classNames.length > 20 ? ", ..." : "");
  return new InputError(
    "data.client.class",
    `${found} ${JSON.stringify(label)}, which is no class of this run: its classes are ${listed}.`,
    { at },
  );
}
