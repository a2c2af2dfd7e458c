/**
 * What a client needs to know to turn its own rows into examples of a run. The server works it out from its
 * dataset and sends it as JSON; it comes from the network, so a client takes it only through the schema.
 */
import { z } from "zod";
import { InputError } from "../errors.ts";
import { type Dataset, size } from "./examples.ts";
import { longestName, mostEntities, mostRelations } from "./facts/fact.ts";
import { mostCategories } from "./table/column.ts";
import type { TableEncoding } from "./table/encoding.ts";
import { mostClasses } from "./table/label.ts";

export type DataPlan = TablePlan | ImagePlan | FactsPlan;

/** Rows of a table, whose columns are found by name. */
export interface TablePlan extends TableEncoding {
  readonly kind: "table";
}

/** Images or other arrays of bytes. */
export interface ImagePlan {
  readonly kind: "images";
  /** Shape of one example, for pictures [channels, rows, columns] with 1 (grey) or 3 channels. */
  readonly shape: readonly number[];
  /** Factor from stored byte to trained value, > 0. */
  readonly scale: number;
  /** In label order. */
  readonly classNames: readonly string[];
}

/** Facts about entities that all know: which relation there is from which to which. Each makes two examples. */
export interface FactsPlan {
  readonly kind: "facts";
  /** In the order of their numbers, which are labels and first features. */
  readonly entities: readonly string[];
  /** In the order of their numbers; the way back of number r has the number r + relations.length. */
  readonly relations: readonly string[];
  /** Whether clients hold some of their facts out, for models of their own to be measured on. */
  readonly holdOut: boolean;
}

/** Most feature columns of a table. */
const mostColumns = 10_000;
/** Most bytes of one image: more than 2,300 x 2,300 pixels in three colours. */
const mostEntries = 2 ** 24;

const name = z.string().min(1).max(longestName);
const distinct = (names: readonly string[]) => new Set(names).size === names.length;
const classNames = z.array(name).min(1).max(mostClasses).refine(distinct, "Class names repeat");

const column = z.discriminatedUnion("kind", [
  z.strictObject({ name, kind: z.literal("number"), mean: z.number(), deviation: z.number().positive() }),
  z.strictObject({
    name,
    kind: z.literal("text"),
    categories: z.array(name).min(1).max(mostCategories).refine(distinct, "Categories repeat"),
  }),
]);

const tablePlan = z
  .strictObject({
    kind: z.literal("table"),
    label: name,
    classNames,
    features: z.array(column).min(1).max(mostColumns),
  })
  .refine(
    ({ label, features }) => distinct([label, ...features.map((feature) => feature.name)]),
    "Columns repeat",
  );

const imagePlan = z.strictObject({
  kind: z.literal("images"),
  shape: z
    .array(z.int().min(1).max(mostEntries))
    .min(1)
    .max(8)
    .refine((shape) => size(shape) <= mostEntries, "An image is too large"),
  scale: z.number().positive(),
  classNames,
});

const factsPlan = z.strictObject({
  kind: z.literal("facts"),
  entities: z.array(name).min(2).max(mostEntities).refine(distinct, "Entities repeat"),
  relations: z.array(name).min(1).max(mostRelations).refine(distinct, "Relations repeat"),
  holdOut: z.boolean(),
});

export const dataPlanSchema: z.ZodType<DataPlan> = z.discriminatedUnion("kind", [
  tablePlan,
  imagePlan,
  factsPlan,
]);

/**
 * The plan that clients of a run on this dataset follow.
 * @param holdOut whether clients have models of their own, which are measured on facts that they hold out
 * @throws InputError `data.plan` when the dataset is too large to be described, or did not come from a table, from
 *   bytes or from facts
 */
export function dataPlanOf(dataset: Dataset, holdOut = false): DataPlan {
  const { success, data, error } = dataPlanSchema.safeParse(draft(dataset, holdOut));
  if (success) return data;
  const [{ path, message }] = error.issues;
  throw new InputError(
    "data.plan",
    `The data of ${dataset.name} cannot be described to clients: ${[...path, message].join(": ")}; ` +
      "shorten names, or leave columns, pixels or facts out.",
    { at: "data" },
  );
}

function draft({ name, train, classNames, relations, encoding }: Dataset, holdOut: boolean): DataPlan {
  const numbered = () => Array.from({ length: train.classes }, (_, label) => String(label));
  if (encoding !== undefined) return { kind: "table", ...encoding };
  if (relations !== undefined) {
    return { kind: "facts", entities: classNames ?? numbered(), relations, holdOut };
  }
  if (train.features instanceof Float32Array) {
    throw new InputError(
      "data.plan",
      `The data of ${name} cannot be described to clients: floats without the table that they came from.`,
      { at: "data" },
    );
  }
  return {
    kind: "images",
    shape: train.shape,
    scale: train.scale,
    classNames: classNames ?? numbered(),
  };
}
