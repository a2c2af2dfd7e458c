import type { Dataset } from "../examples.ts";

/**
 * For each client the held-out rows of the owners whose training rows it holds.
 *
 * @param shards training rows of each client
 * @returns row indices into the held-out set, ascending; undefined where the data do not tell whose held-out rows are
 */
export function heldOutByOwner(
  { owners, testOwners }: Pick<Dataset, "owners" | "testOwners">,
  shards: readonly Int32Array[],
): Int32Array[] | undefined {
  if (owners === undefined || testOwners === undefined) return undefined;
  return shards.map((shard) => {
    const own = new Set(Array.from(shard, (row) => owners[row]));
    return Int32Array.from(testOwners.flatMap((owner, row) => (own.has(owner) ? [row] : [])));
  });
}
