/** Which column of a table plays which part: found from the header before any row is read. */
import { InputError } from "../../errors.ts";
import { AgreedColumn } from "./agreed-column.ts";
import { ColumnBuilder, type ColumnReader, type Place } from "./column.ts";
import type { TableEncoding } from "./encoding.ts";
import { checkHeader, columnsBeyond, suggestion } from "./header.ts";
import { AgreedLabel, LabelBuilder, type LabelReader } from "./label.ts";

/** Which columns are not features. */
export interface TableRoles {
  readonly label: string;
  readonly id?: string | undefined;
}

/** Columns by their place in the header. */
export interface TableLayout {
  readonly label: number;
  readonly id: number | undefined;
  readonly labels: LabelReader;
  /** In the order of the features. */
  readonly features: ReadonlyMap<number, ColumnReader>;
  /** Names of the columns that are not read. */
  readonly ignored: readonly string[];
}

/**
 * Every column but label and id is a feature of the kind that its cells show, and the labels are the classes.
 * @throws InputError `data.table.header`, `data.table.column`, `data.table.features`
 */
export function layoutFromRoles(
  names: readonly string[],
  roles: TableRoles,
  file: string,
  place: Place,
): TableLayout {
  checkHeader(names, () => true, file);
  const label = findByRole(names, roles.label, "label", file);
  const id = roles.id === undefined ? undefined : findByRole(names, roles.id, "id", file);
  if (id === label) {
    throw new InputError(
      "data.table.column",
      `Column "${roles.label}" of ${file} cannot be both data.label and data.id.`,
      { at: "data.id" },
    );
  }
  const features = new Map<number, ColumnReader>();
  names.forEach((name, i) => {
    if (i !== label && i !== id) features.set(i, new ColumnBuilder(name, place));
  });
  if (features.size === 0) {
    throw new InputError(
      "data.table.features",
      `${file} has no columns besides data.label and data.id: there is nothing to learn from.`,
      { at: file },
    );
  }
  return { label, id, labels: new LabelBuilder(roles.label, file), features, ignored: [] };
}

/**
 * The columns of a run's encoding, wherever they stand in a client's table.
 * @throws InputError `data.table.header`, `data.client.column`
 */
export function layoutFromEncoding(
  names: readonly string[],
  encoding: TableEncoding,
  file: string,
  place: Place,
): TableLayout {
  const needed = new Set([encoding.label, ...encoding.features.map(({ name }) => name)]);
  checkHeader(names, (name) => needed.has(name), file);
  const places = new Map(names.map((name, i) => [name, i]));
  const find = (name: string): number => {
    const found = places.get(name);
    if (found !== undefined) return found;
    throw new InputError(
      "data.client.column",
      `${file} has no column "${name}", which this run needs: ${suggestion(name, names)}`,
      { at: file },
    );
  };
  const features = encoding.features.map((column) => {
    return [find(column.name), new AgreedColumn(column, place)] as const;
  });
  return {
    label: find(encoding.label),
    id: undefined,
    labels: new AgreedLabel(encoding.label, encoding.classNames, place),
    features: new Map(features),
    ignored: columnsBeyond(names, needed),
  };
}

function findByRole(names: readonly string[], name: string, role: "label" | "id", file: string): number {
  const found = names.indexOf(name);
  if (found >= 0) return found;
  throw new InputError(
    "data.table.column",
    `${file} has no column "${name}" for data.${role}: ${suggestion(name, names)}`,
    { at: `data.${role}` },
  );
}
