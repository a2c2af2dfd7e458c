import type { ClientData } from "../data/client-data.ts";
import { InputError } from "../errors.ts";
import type { EmbeddingTable, Holdings } from "../federated/embeddings.ts";
import { entitiesIn, tableIn } from "../federated/entities-in.ts";
import type { ReceivedPlan } from "./run-plan.ts";

/**
 * What a protocol needs of a client that shares embeddings: where they are in its model, and which are of entities that
 * it owns, those that its examples speak of.
 *
 * @returns undefined where the run's clients share none
 * @throws InputError `join.plan` when plan, programs and data do not fit together
 */
export function ownEmbeddings(
  { plan: { embeddings: where }, bundle }: ReceivedPlan,
  { examples, heldOut }: ClientData,
): { readonly table: EmbeddingTable; readonly holdings: () => Holdings } | undefined {
  if (where === null) return undefined;
  const table = tableIn(bundle.layout, where);
  const entities = entitiesIn(examples, examples.labels.keys(), where);
  const areKnown = entities.every((entity) => entity >= 0 && entity < (table?.entities ?? 0));
  if (table === undefined || heldOut === undefined || !areKnown) {
    throw new InputError(
      "join.plan",
      "The server's plan cannot be used: its embeddings do not fit the data; bring both sides to one release.",
    );
  }
  return { table, holdings: () => ({ entities, heldOut: "test" }) };
}
