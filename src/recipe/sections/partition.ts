import { z } from "zod";
import { count, positive } from "../fields.ts";

const smallest = count(1).default(1).describe("Fewest rows that a client may hold.");

/** Ways to deal out the data. A new one is added here and in `data/partition/`. */
const partitions = [
  z.strictObject({ kind: z.literal("iid") }).describe("Shuffled and cut into equal parts."),
  z
    .strictObject({
      kind: z.literal("dirichlet"),
      alpha: positive().describe("Concentration; 0.1 is strong skew, 100 is close to iid."),
      minimum: smallest,
    })
    .describe("Label skew: each class is dealt out in proportions drawn from a Dirichlet distribution."),
  z
    .strictObject({
      kind: z.literal("shards"),
      perClient: count(1).default(2).describe("Shards that each client gets."),
    })
    .describe("Label skew: rows sorted by label are cut into equal shards."),
  z
    .strictObject({
      kind: z.literal("quantity"),
      alpha: positive().describe("Concentration; the smaller, the more unequal the sizes."),
      minimum: smallest,
    })
    .describe("Quantity skew: sizes drawn from a Dirichlet distribution, labels as in the whole."),
  z.strictObject({ kind: z.literal("natural") }).describe("One client per value of the data's `id` column."),
  z
    .strictObject({ kind: z.literal("owners") })
    .describe("Whole owners of rows for each client, so that numbers of rows come out nearly equal."),
] as const;

export const partitionSection = z
  .discriminatedUnion("kind", partitions)
  .default({ kind: "iid" })
  .describe("How the training rows are dealt out to the clients.");
