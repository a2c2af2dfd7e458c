import { InputError } from "../../errors.ts";
import { nearestName } from "../names.ts";
import { noRows } from "../table/builder.ts";
import { type CsvReader, checkWidth } from "../table/csv.ts";
import { checkHeader, columnsBeyond, notesOnColumns, suggestion } from "../table/header.ts";
import { type Fact, longestName } from "./fact.ts";
import { shortened } from "./shortened.ts";

/** Facts as a file states them. */
export interface StatedFacts {
  readonly file: string;
  /** Distinct names, in the order in which they come first. */
  readonly entities: readonly string[];
  readonly relations: readonly string[];
  /** One a row, by the places of its names in these lists; a fact may come several times. */
  readonly facts: readonly Fact[];
  /** In which line of the file each of them is. */
  readonly lines: readonly number[];
  /** Who states each of them, where the file says so and it was asked for. */
  readonly owners?: readonly string[];
  /** What was left out, a sentence each. */
  readonly notes: readonly string[];
}

/** Most rows of a file: about a gigabyte while it is read. */
const mostFacts = 2_000_000;

const fields = ["head", "relation", "tail"] as const;
type Column = (typeof fields)[number] | "owner";

/**
 * Reads facts from a CSV text with the columns `head`, `relation` and `tail`, in any order, and with `owner` where there
 * is such a column and owners are wanted. Other columns are left out.
 * @throws InputError `data.facts.column`, `data.facts.cell`, `data.facts.limit`, `data.table.header`, `data.table.empty`,
 *   `data.csv.ragged`
 */
export function factsReader(file: string, { owners }: { readonly owners: boolean }): CsvReader<StatedFacts> {
  let header: readonly string[] | undefined;
  let columns: readonly Column[] = fields;
  const entities = new Names();
  const relations = new Names();
  const facts: Fact[] = [];
  const lines: number[] = [];
  const stated: string[] = [];
  return {
    record(cells, line) {
      const at = `${file}:${line}`;
      if (header === undefined) {
        header = cells;
        if (owners && cells.includes("owner")) columns = [...fields, "owner"];
        checkColumns(cells, columns, file);
        return;
      }
      checkWidth(cells, header.length, at);
      if (facts.length === mostFacts) {
        throw new InputError(
          "data.facts.limit",
          `${at}: this file states more than ${mostFacts} facts: bring fewer.`,
          { at },
        );
      }
      const names = header;
      const [head, relation, tail, owner] = columns.map((column) =>
        checkedName(cells[names.indexOf(column)], column, at),
      );
      facts.push({
        head: entities.numberOf(head),
        relation: relations.numberOf(relation),
        tail: entities.numberOf(tail),
      });
      lines.push(line);
      if (owner !== undefined) stated.push(owner);
    },
    finish() {
      if (facts.length === 0) throw noRows(file);
      return {
        file,
        entities: entities.list(),
        relations: relations.list(),
        facts,
        lines,
        ...(columns.includes("owner") && { owners: stated }),
        notes: notesOnColumns(columnsBeyond(header!, new Set(columns)).map(shortened)),
      };
    },
  };
}

function checkColumns(names: readonly string[], columns: readonly Column[], file: string): void {
  checkHeader(names, (name) => columns.some((column) => column === name), file);
  const missing = columns.find((column) => !names.includes(column));
  if (missing === undefined) return;
  const nearest = nearestName(missing, names);
  const remedy =
    nearest === undefined
      ? suggestion(missing, names.map(shortened))
      : `rename its column ${JSON.stringify(nearest)} to "${missing}".`;
  throw new InputError(
    "data.facts.column",
    `${file} has no column "${missing}", which facts need: ${remedy}`,
    { at: `${file}:1` },
  );
}

/** Control characters, and those that turn the direction of the text behind them: a name could look like another. */
const unseen = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

function checkedName(cell: string, column: Column, at: string): string {
  const fault = faultOf(cell);
  if (fault === undefined) return cell;
  throw new InputError("data.facts.cell", `${at}: column "${column}" ${fault}.`, { at });
}

function faultOf(name: string): string | undefined {
  if (name === "") return "is empty: fill the cell in or remove the row";
  if (name.length > longestName) {
    return `holds a name of ${name.length} characters, more than ${longestName}: shorten it everywhere`;
  }
  const found = unseen.exec(name)?.[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  return found && `holds a name with the invisible character U+${found}: remove it everywhere`;
}

/** Numbers for names, in the order in which they come. */
class Names {
  readonly #numbers = new Map<string, number>();

  numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  list(): string[] {
    return [...this.#numbers.keys()];
  }
}
