/** What simulations can do, and runs with real clients cannot. */
import { InputError } from "../errors.ts";
import type { EmbeddingTable } from "../federated/embeddings.ts";
import { isEmbeddings } from "../recipe/protocol-families.ts";
import type { Recipe } from "../recipe/schema.ts";
import { formatBytes } from "../records/report/format.ts";
import { largestShare, type SecEaOptions } from "../secure/secea/shape.ts";
import { sharedEmbeddings } from "./embeddings.ts";
import type { PreparedModel } from "./prepare.ts";

/** @throws InputError `serve.adversary` */
export function checkAdversary({ adversary }: Recipe): void {
  if (adversary === null) return;
  throw new InputError(
    "serve.adversary",
    "Corrupted clients exist in simulations only: run the recipe with `coterie run`, or leave adversary out.",
    { at: "adversary" },
  );
}

/**
 * Real clients find the entities that they own in facts, whose dictionary they are told.
 *
 * @throws InputError `task.embeddings`, `serve.facts`, `protocol.queries`
 */
export function checkEmbeddings(prepared: PreparedModel): void {
  const { recipe, dataset } = prepared;
  if (!isEmbeddings(recipe.protocol)) return;
  const { table } = sharedEmbeddings(prepared);
  if (dataset.relations === undefined) {
    throw new InputError(
      "serve.facts",
      `Real clients share embeddings under ${recipe.protocol.kind} of what facts speak of, and ${dataset.name} holds none: give data.facts, run it with \`coterie run\`, or choose another protocol.kind.`,
      { at: "data" },
    );
  }
  if (recipe.protocol.kind === "secea") checkShares(recipe.protocol, table);
}

/** Bytes beyond which no message may grow. */
const LARGEST_MESSAGE = 2 ** 30;

function checkShares(options: SecEaOptions, table: EmbeddingTable): void {
  const bytes = 4 * largestShare(options, table);
  if (bytes <= LARGEST_MESSAGE) return;
  throw new InputError(
    "protocol.queries",
    `With ${table.entities} entities and protocol.queries ${options.queries ?? "absent"}, clients could send each other ${formatBytes(bytes)} in one message, and at most ${formatBytes(LARGEST_MESSAGE)} are sent: set protocol.queries to the most entities that a client has.`,
    { at: "protocol.queries" },
  );
}
