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
 * @throws InputError `protocol.queries` when the client could not ask for all that it owns
 */
export function ownEmbeddings(
  { plan: { embeddings: where, protocol }, bundle }: ReceivedPlan,
  { examples }: ClientData,
): { readonly table: EmbeddingTable; readonly holdings: () => Holdings } | undefined {
  if (where === null) return undefined;
  const entities = entitiesIn(examples, examples.labels.keys(), where);
  const most = protocol.kind === "secea" ? protocol.queries : undefined;
  if (most !== undefined && entities.length > most) {
    throw new InputError(
      "protocol.queries",
      `Your data speak of ${entities.length} entities, and this run lets a client ask for ${most}: bring fewer facts, or ask its operator for protocol.queries of at least ${entities.length}.`,
      { at: "protocol.queries" },
    );
  }
  // There is one, or the plan would not have been taken.
  return { table: tableIn(bundle.layout, where)!, holdings: () => ({ entities, heldOut: "test" }) };
}
