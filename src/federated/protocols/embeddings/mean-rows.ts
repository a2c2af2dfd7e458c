import type { EmbeddingTable } from "../../embeddings.ts";

/** A client's rows. */
export interface Contribution {
  /** Ascending. */
  readonly entities: Int32Array;
  /** One after the other. */
  readonly rows: Float32Array;
}

/** For each entity of the dictionary the mean of its rows over those who sent one, added in the order given. */
export function meanRows(
  contributions: readonly Contribution[],
  { entities: count, width }: EmbeddingTable,
): { readonly rows: Float32Array; readonly owners: Uint32Array } {
  const sums = new Float64Array(count * width);
  const owners = new Uint32Array(count);
  for (const { entities, rows } of contributions) {
    entities.forEach((entity, i) => {
      owners[entity]++;
      for (let k = 0; k < width; k++) sums[entity * width + k] += rows[i * width + k];
    });
  }
  return { rows: Float32Array.from(sums, (sum, i) => sum / owners[Math.floor(i / width)]), owners };
}
