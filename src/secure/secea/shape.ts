/**
 * The sizes that a round of SecEA works with. N clients; up to `colluders` = T of them may pool what they see, with each
 * other and with the server; up to `dropouts` = D of them may fall silent. A row of the table of embeddings is d numbers
 * and a count of its owners, w = d + 1 symbols, cut into K parts of w' = ceil(w / K) symbols.
 *
 * A stored share lies on polynomials of degree K + T - 1, and so does a query; an answer is their product, of degree
 * 2 (K + T - 1), which any 2 K + 2 T - 1 answers determine. N - D clients must be enough of them: K is at most
 * floor((N - D + 1) / 2) - T, and at least 1 only when T < (N - D) / 2. With D = 0 that is the abstract's T < N / 2
 * (arXiv 2206.09097); room for dropouts is our addition.
 */
import { InputError } from "../../errors.ts";
import type { EmbeddingTable } from "../../federated/embeddings.ts";
import { largestScale } from "../quantise.ts";
import { type RampCode, rampCode } from "../ramp-code.ts";

/** Every client shares with every other, and answers all: beyond so many a round would not come to an end. */
const MOST_CLIENTS = 256;

export interface SecEaOptions {
  /** T: so many clients together with the server learn nothing but what is disclosed to them; >= 0. */
  readonly colluders: number;
  /** D: so many clients may leave or fall silent at any moment without harm; >= 0. */
  readonly dropouts: number;
  /** K: more make shares and answers smaller, and more answers needed. Default: the largest possible. */
  readonly parts?: number;
  /** Entries of embeddings are clipped to [-bound, bound]. */
  readonly bound: number;
  /** Q >= 1: entities that every client asks for, whether it owns so many or not. Default: all of the union. */
  readonly queries?: number;
}

export interface Shape {
  /** N. */
  readonly clients: number;
  /** T. */
  readonly colluders: number;
  /** D. */
  readonly dropouts: number;
  /** K. */
  readonly parts: number;
  /** 2 K + 2 T - 1: so many answers give what was asked for. */
  readonly answers: number;
  /** w, symbols of a row. */
  readonly width: number;
  /** w', symbols of a part of a row. */
  readonly piece: number;
}

/**
 * @param clients N
 * @param width d, numbers of an embedding
 * @throws InputError `secure.parameters` or `secure.precision` when no round of so many clients can run
 */
export function planShape(clients: number, width: number, options: SecEaOptions): Shape {
  const { colluders, dropouts, bound, queries = 1 } = options;
  const sure = clients - dropouts;
  const most = Math.floor((sure + 1) / 2) - colluders;
  const parts = options.parts ?? most;
  const fault = ![clients, colluders, dropouts].every((n) => Number.isSafeInteger(n) && n >= 0)
    ? "colluders and dropouts must be whole numbers of at least 0"
    : clients > MOST_CLIENTS
      ? `${clients} clients are more than ${MOST_CLIENTS}, all of whom share with all`
      : !Number.isSafeInteger(queries) || queries < 1
        ? `queries must be a whole number of at least 1, not ${queries}`
        : most < 1
          ? `${clients} clients less ${dropouts} dropouts are ${sure}, fewer than 2 colluders + 1 = ${2 * colluders + 1}`
          : !Number.isSafeInteger(parts) || parts < 1 || parts > most
            ? `parts must be a whole number from 1 to ${most}, which the answers of ${sure} clients suffice for, not ${parts}`
            : undefined;
  if (fault !== undefined) {
    const remedy = "ask more clients, or change colluders, dropouts, parts or queries";
    throw new InputError("secure.parameters", `SecEA cannot run: ${fault}; ${remedy}.`);
  }
  largestScale({ bound, summands: clients });
  const symbols = width + 1;
  return {
    ...{ clients, colluders, dropouts, parts },
    answers: 2 * (parts + colluders) - 1,
    width: symbols,
    piece: Math.ceil(symbols / parts),
  };
}

/**
 * Symbols of the largest share that a client sends another, however many they are: of queries for all of the union, or of
 * masks for everybody's answers.
 *
 * @param table of all entities
 */
export function largestShare(
  { queries = Number.POSITIVE_INFINITY }: SecEaOptions,
  { entities, width }: Pick<EmbeddingTable, "entities" | "width">,
): number {
  return Math.min(queries, entities) * Math.max(entities, MOST_CLIENTS * (width + 1));
}

/** What presence and tables are stored in, and queries sent in: K data and T noise pieces, a share per client. */
export function storageCode({ clients, parts, colluders }: Shape): RampCode {
  return rampCode({ receivers: clients, data: parts, noise: colluders });
}

/**
 * The code that answers lie in: a product of two words of the storage code has its data where theirs have it, and
 * K + 2 T - 1 further degrees of freedom.
 */
export function answerCode({ clients, parts, answers }: Shape): RampCode {
  return rampCode({ receivers: clients, data: parts, noise: answers - parts });
}
