import { type Examples, size } from "../data/examples.ts";
import type { ParameterLayout } from "../learn/layout.ts";
import type { TaskEmbeddings } from "../learn/task.ts";
import type { EmbeddingTable } from "./embeddings.ts";

/** Where in a flat model a task's embeddings are; undefined when it has no parameter of this name that is a table. */
export function tableIn(
  layout: ParameterLayout,
  { parameter }: Pick<TaskEmbeddings, "parameter">,
): EmbeddingTable | undefined {
  const slice = layout.slices.find(({ name }) => name === parameter);
  if (slice?.shape.length !== 2) return undefined;
  const [entities, width] = slice.shape;
  return { offset: slice.offset, entities, width };
}

/** The entities that these rows speak of, ascending. */
export function entitiesIn(
  { features, labels, shape }: Examples,
  rows: Iterable<number>,
  { columns, labels: areEntities }: Omit<TaskEmbeddings, "parameter">,
): Int32Array {
  const width = size(shape);
  const entities = new Set<number>();
  for (const row of rows) {
    for (const column of columns) entities.add(features[row * width + column]);
    if (areEntities) entities.add(labels[row]);
  }
  return Int32Array.from(entities).sort();
}
