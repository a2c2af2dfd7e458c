import { InputError } from "../../errors.ts";
import type { SimulationRandom } from "../../numeric/random.ts";
import type { Examples } from "../examples.ts";
import { dealEvenly, shuffledRows, shuffledRowsByClass } from "./deal.ts";

/**
 * Sorted labels cut into shards: the rows sorted by label (in a drawn order within a label) are cut into
 * `clients * perClient` equal shards, and each client gets `perClient` of them at random, so most clients see
 * few classes. McMahan, Moore, Ramage, Hampson and Agüera y Arcas, "Communication-efficient learning of deep
 * networks from decentralized data" (AISTATS 2017; 2016), section 3: 200 shards of 300 images, 2 a client.
 * @throws InputError `partition.shards` when `perClient` is not a count, or there are more shards than rows
 */
export function dealShards(
  examples: Pick<Examples, "labels" | "classes">,
  clients: number,
  perClient: number,
  random: SimulationRandom,
): Int32Array {
  const rows = examples.labels.length;
  if (!Number.isInteger(perClient) || perClient < 1) {
    throw new InputError(
      "partition.shards",
      `partition.perClient is ${perClient}, but must be a whole number of at least 1.`,
      { at: "partition.perClient" },
    );
  }
  const shards = clients * perClient;
  if (shards > rows) {
    throw new InputError(
      "partition.shards",
      `${clients} clients with ${perClient} shards each need ${shards} training rows, but there are ${rows}: ` +
        "lower partition.perClient or clients.",
      { at: "partition.perClient" },
    );
  }
  const sorted = new Int32Array(rows);
  let start = 0;
  for (const ofClass of shuffledRowsByClass(examples.labels, examples.classes, random)) {
    sorted.set(ofClass, start);
    start += ofClass.length;
  }
  const deal = new Int32Array(rows);
  dealEvenly(sorted, shards, deal);
  const owner = new Int32Array(shards);
  shuffledRows(shards, random).forEach((shard, place) => {
    owner[shard] = place % clients;
  });
  return deal.map((shard) => owner[shard]);
}
