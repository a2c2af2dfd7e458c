import { InputError } from "../../errors.ts";
import { sortedNames } from "../names.ts";

/**
 * Whole owners for each client, so that numbers of rows come out nearly equal: the owner with the most rows first, each
 * to the client that has the fewest so far. Nothing in it is random.
 *
 * @param owners the owner of each training row
 * @throws InputError `partition.owners` when there are no owners, or fewer than clients
 */
export function dealOwners(owners: readonly string[] | undefined, clients: number): Int32Array {
  if (owners === undefined) {
    throw new InputError(
      "partition.owners",
      "To deal out whole owners one must know who owns each row: choose data that tell, or another partition.kind.",
      { at: "partition.kind" },
    );
  }
  const rows = new Map<string, number>();
  for (const owner of owners) rows.set(owner, (rows.get(owner) ?? 0) + 1);
  if (rows.size < clients) {
    throw new InputError(
      "partition.owners",
      `The training rows belong to ${rows.size} owners, too few for ${clients} clients: set clients to at most ${rows.size}.`,
      { at: "clients" },
    );
  }
  const held = new Array<number>(clients).fill(0);
  const clientOf = new Map<string, number>();
  const largestFirst = sortedNames(new Set(owners)).sort((a, b) => rows.get(b)! - rows.get(a)!);
  for (const owner of largestFirst) {
    const client = held.indexOf(Math.min(...held));
    clientOf.set(owner, client);
    held[client] += rows.get(owner)!;
  }
  return Int32Array.from(owners, (owner) => clientOf.get(owner)!);
}
