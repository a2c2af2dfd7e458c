/**
 * Federated representation learning: every client keeps a model of its own, in which one parameter is a table of
 * embeddings, a row for each entity of a dictionary that all know. A client owns some of the entities (its data speak
 * of them), and what the clients share are the rows of entities, never the rest of the model (FedE: Chen et al. 2021,
 * "FedE: Embedding Knowledge Graphs in Federated Setting").
 */

/** Where in a flat model the table is: row e are the `width` entries from `offset + e * width`. */
export interface EmbeddingTable {
  readonly offset: number;
  /** B, of the dictionary. */
  readonly entities: number;
  /** d, entries of an embedding. */
  readonly width: number;
}

/** What a client has. */
export interface Holdings {
  /** The entities that it owns, ascending. */
  readonly entities: Int32Array;
  /** What its model is measured on: a shard, or the held-out set. */
  readonly heldOut: number | "test";
}

/** The rows of these entities, one after the other. */
export function rowsOf(
  model: Float32Array,
  { offset, width }: EmbeddingTable,
  entities: ArrayLike<number>,
): Float32Array {
  const rows = new Float32Array(entities.length * width);
  for (let i = 0; i < entities.length; i++) {
    const from = offset + entities[i] * width;
    rows.set(model.subarray(from, from + width), i * width);
  }
  return rows;
}

/** The model with other rows for these entities. */
export function withRows(
  model: Float32Array,
  { offset, width }: EmbeddingTable,
  entities: ArrayLike<number>,
  rows: Float32Array,
): Float32Array {
  const changed = model.slice();
  for (let i = 0; i < entities.length; i++) {
    changed.set(rows.subarray(i * width, (i + 1) * width), offset + entities[i] * width);
  }
  return changed;
}
