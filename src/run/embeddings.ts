import type { Examples } from "../data/examples.ts";
import { heldOutByOwner } from "../data/partition/held-out.ts";
import { selectRows } from "../data/select.ts";
import { InputError } from "../errors.ts";
import type { EmbeddingTable, Holdings } from "../federated/embeddings.ts";
import { entitiesIn, tableIn } from "../federated/entities-in.ts";
import type { TaskEmbeddings } from "../learn/task.ts";
import type { PartyId } from "../runtime/party.ts";
import type { PreparedModel, PreparedRun } from "./prepare.ts";

/**
 * What protocols need whose clients share embeddings: where in a model the table is, and which of its rows each client
 * owns, which are those of the entities that its training examples speak of.
 *
 * @param heldOut by client
 * @throws InputError `task.embeddings` when the task has no table of embeddings; `protocol.queries`
 */
export function embeddingsOf(
  prepared: PreparedRun,
  heldOut: readonly (number | "test")[],
): { readonly table: EmbeddingTable; readonly holdings: (client: PartyId) => Holdings } {
  const { clients, shards } = prepared;
  const entities = ownedEntities(prepared, shards);
  const holdings = new Map(
    clients.map((client, shard) => [client, { entities: entities[shard], heldOut: heldOut[shard] }]),
  );
  return { table: sharedEmbeddings(prepared).table, holdings: (client) => holdings.get(client)! };
}

/**
 * Which entities each of these shards speaks of.
 *
 * @throws InputError `task.embeddings`; `protocol.queries` when there are more than a client may ask for
 */
export function ownedEntities(prepared: PreparedModel, shards: readonly Int32Array[]): Int32Array[] {
  const { dataset, recipe } = prepared;
  const { where } = sharedEmbeddings(prepared);
  const entities = shards.map((shard) => entitiesIn(dataset.train, shard, where));
  const needed = Math.max(...entities.map(({ length }) => length));
  const { protocol } = recipe;
  if (protocol.kind !== "secea" || protocol.queries === undefined || protocol.queries >= needed)
    return entities;
  throw new InputError(
    "protocol.queries",
    `protocol.queries is ${protocol.queries}, but a client has ${needed} entities to ask for: set it to at least ${needed}.`,
    { at: "protocol.queries" },
  );
}

/**
 * Which embeddings clients share: where they are in a model, and where examples speak of them.
 *
 * @throws InputError `task.embeddings` when the task has none
 */
export function sharedEmbeddings({ task, layout, recipe }: PreparedModel): {
  readonly table: EmbeddingTable;
  readonly where: TaskEmbeddings;
} {
  const where = task.embeddings;
  const table = where && tableIn(layout, where);
  if (where && table) return { table, where };
  throw new InputError(
    "task.embeddings",
    `Under ${recipe.protocol.kind} clients share embeddings, and task "${task.name}" has none: choose a task that says which of its parameters are, or another protocol.kind.`,
    { at: "task" },
  );
}

/**
 * What each client's own model is measured on: the held-out examples of its own, where the data say whose are whose, that
 * speak only of entities which its training examples speak of; all that are held out else.
 *
 * @param shards row indices into the training set, one array per client
 * @throws InputError `data.held-out` when there are none for a client; `task.embeddings`
 */
export function heldOutOf(prepared: PreparedModel, shards: readonly Int32Array[]): (Examples | "test")[] {
  const { dataset } = prepared;
  const { where } = sharedEmbeddings(prepared);
  const own = heldOutByOwner(dataset, shards);
  return shards.map((shard, client) => {
    if (own === undefined) return "test";
    const known = new Set(entitiesIn(dataset.train, shard, where));
    const rows = own[client].filter((row) =>
      entitiesIn(dataset.test, [row], where).every((entity) => known.has(entity)),
    );
    if (rows.length > 0) return selectRows(dataset.test, rows);
    throw new InputError(
      "data.held-out",
      `None of the held-out examples is one that client-${client} could know: lower clients, or add facts.`,
      { at: "clients" },
    );
  });
}
