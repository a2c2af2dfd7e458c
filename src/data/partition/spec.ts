/** How the training rows are dealt out to the clients: the recipe's `partition` key. Every row goes to exactly one. */
export type PartitionSpec = IidSpec | DirichletSpec | ShardsSpec | QuantitySpec | NaturalSpec | OwnersSpec;

/** Shuffled and cut into equal parts. */
export interface IidSpec {
  readonly kind: "iid";
}

/** Label skew: the rows of each class go to the clients in proportions drawn from a Dirichlet distribution. */
export interface DirichletSpec {
  readonly kind: "dirichlet";
  /** Concentration > 0: 0.1 is strong skew, 100 is close to iid. */
  readonly alpha: number;
  /** Smallest number of rows that a client may hold, >= 1. Default 1. */
  readonly minimum?: number;
}

/** Label skew: rows sorted by label are cut into equal shards, and each client gets `perClient` of them. */
export interface ShardsSpec {
  readonly kind: "shards";
  /** Shards per client, >= 1; 2 in the original experiment. */
  readonly perClient: number;
}

/** Quantity skew: sizes drawn from a Dirichlet distribution, labels as in the whole. */
export interface QuantitySpec {
  readonly kind: "quantity";
  /** Concentration > 0: smaller means more unequal. */
  readonly alpha: number;
  /** Smallest number of rows that a client may hold, >= 1. Default 1. */
  readonly minimum?: number;
}

/** One client per distinct value of the data's id column. */
export interface NaturalSpec {
  readonly kind: "natural";
}

/** Several whole owners per client, so that numbers of rows come out nearly equal. */
export interface OwnersSpec {
  readonly kind: "owners";
}
