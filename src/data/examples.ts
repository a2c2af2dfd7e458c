import type { TableEncoding } from "./table/encoding.ts";

/**
 * Labelled examples as flat arrays. Row `i` occupies `size(shape)` consecutive entries of `features`.
 * Immutable once built; the arrays may rest on SharedArrayBuffers so that worker threads read them in place.
 */
export interface Examples {
  /** Row-major features. Bytes are stored as they came and multiplied by `scale` when a batch is gathered. */
  readonly features: Float32Array | Uint8Array;
  /** Factor from stored to trained value: 1/255 for image bytes, 1 for floats. */
  readonly scale: number;
  /** Shape of one example: [784] for a flat MNIST image, [1, 28, 28] as channels, rows, columns. */
  readonly shape: readonly number[];
  /** One class per row, in [0, classes). */
  readonly labels: Int32Array;
  readonly classes: number;
}

/** A training and a held-out set of the same shape and classes. */
export interface Dataset {
  readonly name: string;
  readonly train: Examples;
  readonly test: Examples;
  /** Names of the classes, in label order, where the source has them. */
  readonly classNames?: readonly string[];
  /** Owner of each training row, where the source tells; `natural` and `owners` partitions use it. */
  readonly owners?: readonly string[];
  /** Owner of each held-out row, where the source tells. */
  readonly testOwners?: readonly string[];
  /** Of features that are numbers of things: how many things there are, by feature. */
  readonly ranges?: readonly number[];
  /** Names of the relations, in the order of their numbers, where examples are facts about entities (the classes). */
  readonly relations?: readonly string[];
  /** How the rows of a table became features, where the source is a table. */
  readonly encoding?: TableEncoding;
}

/** Number of entries in an array of this shape; 1 for a scalar. */
export function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
