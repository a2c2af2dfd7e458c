/**
 * Deals training rows to clients. Every row goes to exactly one client, and no client stays empty: it would
 * have nothing to train on, and weighted averages would divide by zero.
 */
import { InputError } from "../../errors.ts";
import type { SimulationRandom } from "../../numeric/random.ts";
import type { Examples } from "../examples.ts";
import { gather } from "./deal.ts";
import { dealDirichlet } from "./dirichlet.ts";
import { dealIid } from "./iid.ts";
import { dealNatural } from "./natural.ts";
import { dealOwners } from "./owners.ts";
import { dealQuantity } from "./quantity.ts";
import { dealShards } from "./shards.ts";
import type { PartitionSpec } from "./spec.ts";

/** What a partition looks at: labels, not features. */
export type Labelled = Pick<Examples, "labels" | "classes">;

export interface PartitionOptions {
  /** Number of clients, >= 1. */
  readonly clients: number;
  /** Everything random in the partition is drawn from this stream, which it advances. */
  readonly random: SimulationRandom;
  /** Owner of each training row; `natural` and `owners` need it. */
  readonly owners?: readonly string[] | undefined;
}

/**
 * The row indices of each client, ascending: views of one array on shared memory, as many numbers as rows.
 * Memory and time grow with rows + classes * clients.
 * @throws InputError `partition.clients`, `partition.alpha`, `partition.minimum`, `partition.shards`,
 *   `partition.natural`, `partition.owners`; `at` is the recipe key to change
 */
export function partition(spec: PartitionSpec, examples: Labelled, options: PartitionOptions): Int32Array[] {
  const rows = examples.labels.length;
  const { clients, random } = options;
  if (!Number.isInteger(clients) || clients < 1 || clients > rows) {
    throw new InputError(
      "partition.clients",
      `${clients} clients cannot share ${rows} training rows: set clients to a whole number from 1 to ${rows}.`,
      { at: "clients" },
    );
  }
  return gather(deal(spec, examples, clients, random, options.owners), clients);
}

function deal(
  spec: PartitionSpec,
  examples: Labelled,
  clients: number,
  random: SimulationRandom,
  owners: readonly string[] | undefined,
): Int32Array {
  const rows = examples.labels.length;
  switch (spec.kind) {
    case "iid":
      return dealIid(rows, clients, random);
    case "dirichlet":
      checkAlpha(spec.alpha);
      return dealDirichlet(examples, clients, spec.alpha, checkMinimum(spec.minimum, clients, rows), random);
    case "shards":
      return dealShards(examples, clients, spec.perClient, random);
    case "quantity":
      checkAlpha(spec.alpha);
      return dealQuantity(rows, clients, spec.alpha, checkMinimum(spec.minimum, clients, rows), random);
    case "natural":
      return dealNatural(owners, clients);
    case "owners":
      return dealOwners(owners, clients);
  }
}

function checkAlpha(alpha: number): void {
  if (!(alpha > 0 && Number.isFinite(alpha))) {
    throw new InputError("partition.alpha", `partition.alpha is ${alpha}, but must be a number above 0.`, {
      at: "partition.alpha",
    });
  }
}

function checkMinimum(minimum = 1, clients: number, rows: number): number {
  const most = Math.floor(rows / clients);
  if (!Number.isInteger(minimum) || minimum < 1 || minimum > most) {
    throw new InputError(
      "partition.minimum",
      `partition.minimum is ${minimum}, but ${clients} clients with ${rows} training rows can have from 1 to ${most} each.`,
      { at: "partition.minimum" },
    );
  }
  return minimum;
}
