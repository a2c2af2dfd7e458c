import { InputError } from "../errors.ts";

/** @throws InputError `adversary.rows`, `adversary.option` */
export function checkSeen(rows: readonly Float32Array[], byzantine: number): void {
  checkOption(Number.isInteger(byzantine) && byzantine >= 0, "byzantine", byzantine, "a whole number >= 0");
  const length = rows[0]?.length;
  if (length !== undefined && rows.every((row) => row.length === length)) return;
  throw new InputError(
    "adversary.rows",
    `An attack was given ${rows.length} vectors of lengths ${[...new Set(rows.map((row) => row.length))].join(", ") || "unknown"}: ` +
      "give it at least one, all of the same length.",
  );
}

/** @throws InputError `adversary.option` */
export function checkOption(holds: boolean, name: string, value: unknown, wanted: string): void {
  if (holds) return;
  throw new InputError(
    "adversary.option",
    `An attack's option ${name} is ${String(value)}: give it ${wanted}.`,
  );
}

/** @throws InputError `adversary.class` */
export function checkClass(label: number, classes: number): void {
  if (Number.isInteger(label) && label >= 0 && label < classes) return;
  throw new InputError(
    "adversary.class",
    `An attack names class ${label}, but the data have classes 0 to ${classes - 1}: choose one of them.`,
  );
}
