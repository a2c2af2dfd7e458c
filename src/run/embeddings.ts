import type { Examples } from "../data/examples.ts";
import { size } from "../data/examples.ts";
import { InputError } from "../errors.ts";
import type { EmbeddingTable, Holdings } from "../federated/embeddings.ts";
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
  const { clients, shards, dataset, task } = prepared;
  const table = tableOf(prepared);
  const holdings = new Map(
    clients.map((client, shard) => {
      const entities = entitiesIn(dataset.train, shards[shard], task.embeddings);
      return [client, { entities, heldOut: heldOut[shard] }];
    }),
  );
  checkQueries(prepared, Math.max(...[...holdings.values()].map(({ entities }) => entities.length)));
  return { table, holdings: (client) => holdings.get(client)! };
}

/** Of a number that the recipe gives, before anything begins. */
function checkQueries({ recipe: { protocol } }: PreparedModel, needed: number): void {
  if (protocol.kind !== "secea" || protocol.queries === undefined || protocol.queries >= needed) return;
  throw new InputError(
    "protocol.queries",
    `protocol.queries is ${protocol.queries}, but a client has ${needed} entities to ask for: set it to at least ${needed}.`,
    { at: "protocol.queries" },
  );
}

function tableOf({ task, layout, recipe }: PreparedModel): EmbeddingTable {
  const slice = layout.slices.find(({ name }) => name === task.embeddings?.parameter);
  if (slice !== undefined) {
    const [entities, width] = slice.shape;
    return { offset: slice.offset, entities, width };
  }
  throw new InputError(
    "task.embeddings",
    `Under ${recipe.protocol.kind} clients share embeddings, and task "${task.name}" has none: choose a task that says which of its parameters are, or another protocol.kind.`,
    { at: "task" },
  );
}

/** The entities that these rows speak of, ascending; none for a task without embeddings. */
export function entitiesIn(
  { features, labels, shape }: Examples,
  rows: Iterable<number>,
  { columns, labels: areEntities }: Omit<TaskEmbeddings, "parameter"> = { columns: [], labels: false },
): Int32Array {
  const width = size(shape);
  const entities = new Set<number>();
  for (const row of rows) {
    for (const column of columns) entities.add(features[row * width + column]);
    if (areEntities) entities.add(labels[row]);
  }
  return Int32Array.from(entities).sort();
}
