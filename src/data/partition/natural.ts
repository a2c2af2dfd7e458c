import { InputError } from "../../errors.ts";
import { sortedNames } from "../names.ts";

/**
 * One client per owner, in sorted order of the owners' names (by value if all are whole numbers).
 * @param owners the owner of each training row
 * @throws InputError `partition.natural` when there are no owners, or not as many as clients
 */
export function dealNatural(owners: readonly string[] | undefined, clients: number): Int32Array {
  if (owners === undefined) {
    throw new InputError(
      "partition.natural",
      "A natural partition needs to know who owns each row: name the owner's column as data.id, or choose another partition.kind.",
      { at: "partition.kind" },
    );
  }
  const names = sortedNames(new Set(owners));
  if (names.length !== clients) {
    throw new InputError(
      "partition.natural",
      `The training rows belong to ${names.length} owners, but the recipe asks for ${clients} clients: set clients to ${names.length}.`,
      { at: "clients" },
    );
  }
  const client = new Map(names.map((name, i) => [name, i]));
  return Int32Array.from(owners, (owner) => client.get(owner)!);
}
