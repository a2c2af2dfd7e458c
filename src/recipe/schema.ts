/**
 * The recipe's schema: the one source of its type, its validation, its JSON Schema (`docs/recipe.schema.json`)
 * and its reference page. Objects are strict, every default is filled in, and nothing is accepted and ignored:
 * what the schema admits, the runner carries out. Combinations that no key alone can refuse are in `check.ts`.
 */
import { z } from "zod";
import { count, positive } from "./fields.ts";
import { adversarySection } from "./sections/adversary.ts";
import { aggregatorSection } from "./sections/aggregator.ts";
import { dataSection } from "./sections/data.ts";
import { localSection } from "./sections/local.ts";
import { networkSection } from "./sections/network.ts";
import { partitionSection } from "./sections/partition.ts";
import { privacySection } from "./sections/privacy.ts";
import { protocolSection } from "./sections/protocol.ts";
import { selectSection } from "./sections/select.ts";
import { serverSection } from "./sections/server.ts";

export const recipeSchema = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
        "must be at most 64 letters, digits, dots, dashes and underscores, the first a letter or digit",
      )
      .describe(
        "Name of the run, at most 64 letters, digits, dots, dashes and underscores; the recipe file's name when absent.",
      ),
    seed: z.int().default(1).describe("Seed of everything random in the run: any whole number."),
    task: z
      .string()
      .min(1)
      .describe("What is learnt: a registered task, or the path of a module that exports one (`./task.ts`)."),
    data: dataSection,
    clients: count(1, 1_000_000).describe("Registered clients."),
    partition: partitionSection,
    rounds: count(1, 1_000_000).describe("Rounds to run."),
    select: selectSection,
    local: localSection,
    protocol: protocolSection,
    aggregator: aggregatorSection,
    server: serverSection,
    adversary: adversarySection,
    privacy: privacySection,
    network: networkSection,
    deadline: positive()
      .nullable()
      .default(null)
      .describe(
        "Seconds, simulated in a simulation, after which a round closes with the answers it has (each phase of a protocol with several); null waits for everyone.",
      ),
    evaluate: z
      .strictObject({
        every: count(1).default(1).describe("Rounds between evaluations on the held-out set."),
        clients: z
          .boolean()
          .default(false)
          .describe("Whether clients also measure each round's model on their own data."),
      })
      .prefault({})
      .describe("When the model is measured; the last round always is."),
    retries: count(0, 1000).default(2).describe("Further attempts at a round that failed."),
    checkpoint: z
      .strictObject({
        every: count(1)
          .default(1)
          .describe("Rounds between checkpoints; `--resume` continues from the last."),
      })
      .prefault({})
      .describe("When the run saves its state."),
  })
  .describe("A federated run, described.");

/** A recipe with every default filled in. */
export type Recipe = z.output<typeof recipeSchema>;

/** A recipe as people write it. */
export type RecipeInput = z.input<typeof recipeSchema>;

/** The JSON Schema that editors complete and check recipes with. */
export function recipeJsonSchema(): object {
  const { required, ...schema } = z.toJSONSchema(recipeSchema, { io: "input" });
  return { ...schema, title: "Coterie recipe", required: required?.filter((key) => key !== "name") };
}
