import type { Dataset } from "../examples.ts";
import type { Labelled } from "./partition.ts";

/** By what a dataset's training examples are told apart for people: their classes, or the relations of facts. */
export function kindsIn({ train, relations }: Dataset): Labelled {
  if (relations === undefined) return train;
  const { features } = train;
  const classes = relations.length;
  // Beside the entity stands the relation, or its way back.
  return { classes, labels: Int32Array.from(train.labels, (_, row) => features[2 * row + 1] % classes) };
}
