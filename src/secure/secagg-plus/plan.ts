/**
 * Who shares secrets with whom in a round, decided by the number of clients that take part and by what everyone was told
 * before: server and clients come to the same plan, each for itself.
 */
import { InputError } from "../../errors.ts";
import { type SumOptions, type SumSettings, scaleOf, sumSettings } from "../contribution.ts";
import { type Fractions, staysConnected, thresholds, wholePart } from "./neighbour-bounds.ts";

export interface SecAggPlusOptions {
  /** `harary`: SecAgg+, each client has k neighbours on a ring in random order; `full`: SecAgg, all are neighbours. */
  readonly graph: "harary" | "full";
  /** k, even; of `harary` only. Absent: the fewest that the bounds allow. */
  readonly neighbours?: number;
  /** t >= 2: so many neighbours rebuild a client's secrets. Absent: halfway between what the bounds allow. */
  readonly threshold?: number;
  /** c, part of the clients who may pool what they see with the server, in [0, 1). Default 0.1. */
  readonly corruptFraction?: number;
  /** d, part of the clients who may go in the midst of a round, in [0, 1); c + d < 1. Default 0.1. */
  readonly dropoutFraction?: number;
  /** How updates become numbers that can be summed; of all clients of a round. */
  readonly sum: SumOptions;
}

export interface Plan {
  /** n, who take part; their places on the ring are 0..n-1. */
  readonly clients: number;
  /** k of each; n - 1 when all are neighbours. */
  readonly neighbours: number;
  /** t. */
  readonly threshold: number;
}

/** So many clients take part at most, as a bound on what is believed. */
export const MOST_CLIENTS = 65_536;

/**
 * The plan for n clients: with k and t as given, or as the bounds of `neighbour-bounds.ts` want them for c and d. Too few
 * clients for a ring are all neighbours of each other, where only t > c n and t <= n - 1 - d n are asked.
 *
 * @returns the error `secure.parameters` or `secure.precision` when there is none
 */
export function planFor(clients: number, options: SecAggPlusOptions): Plan | InputError {
  if (clients > MOST_CLIENTS)
    return impossible(`${clients} clients are more than ${MOST_CLIENTS}`, "ask fewer");
  const imprecision = precisionFault(clients, options);
  if (imprecision) return imprecision;
  for (const neighbours of neighbourCounts(clients, options)) {
    const threshold = thresholdFor(clients, neighbours, options);
    if (threshold !== undefined && threshold <= neighbours) return { clients, neighbours, threshold };
  }
  return impossible(
    `${clients} clients are too few to keep their secrets from the corrupt ones and to spare the dropouts`,
    "ask more clients, or lower threshold, corruptFraction or dropoutFraction",
  );
}

/** @throws InputError `secure.parameters` or `secure.precision` when no round of `asked` clients can run */
export function assertPlannable(options: SecAggPlusOptions, asked: number): void {
  assertOptions(options);
  const plan = planFor(asked, options);
  if (plan instanceof InputError) throw plan;
}

/** @throws InputError `secure.parameters` for options that suit no number of clients */
export function assertOptions(options: SecAggPlusOptions): void {
  const fault = optionsFault(options);
  if (fault) throw fault;
}

function optionsFault(options: SecAggPlusOptions): InputError | undefined {
  const { graph, neighbours, threshold } = options;
  const { corrupt, dropout } = fractionsOf(options);
  if (!(corrupt >= 0 && dropout >= 0 && corrupt + dropout < 1)) {
    const remedy = "make corruptFraction + dropoutFraction less than 1, and neither negative";
    return impossible("corrupt clients and dropouts leave nobody", remedy);
  }
  if (neighbours !== undefined && graph === "full") {
    return impossible("in the full graph all are neighbours", "leave neighbours out");
  }
  if (neighbours !== undefined && !(isCount(neighbours) && neighbours % 2 === 0)) {
    return impossible(`neighbours is ${neighbours}`, "make it an even number of at least 2");
  }
  if (threshold !== undefined && !isCount(threshold)) {
    return impossible(`threshold is ${threshold}`, "make it a whole number of at least 2");
  }
  if (threshold !== undefined && neighbours !== undefined && threshold > neighbours) {
    return impossible(`threshold ${threshold} is more than the ${neighbours} neighbours`, "lower it");
  }
  return undefined;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 2;
}

function impossible(what: string, remedy: string): InputError {
  return new InputError("secure.parameters", `SecAgg cannot run: ${what}; ${remedy}.`);
}

/**
 * The fewest contributions of so many clients that are summed. Without noise each only has to be hidden among t others,
 * not all of them corrupt. With noise all but the dropouts are wanted, who are to add it.
 */
export function fewestIncluded({ clients, threshold }: Plan, options: SecAggPlusOptions): number {
  return Math.max(options.sum.noise ? withoutDropouts(clients, options) : 0, threshold + 1);
}

/** How the contributions of so many clients are summed. What corrupt ones add is no noise to them. */
export function settingsFor(clients: number, options: SecAggPlusOptions): SumSettings {
  const honest = withoutDropouts(clients, options) - wholePart(clients, fractionsOf(options).corrupt);
  return sumSettings(options.sum, clients, honest);
}

function withoutDropouts(clients: number, options: SecAggPlusOptions): number {
  return clients - wholePart(clients, fractionsOf(options).dropout);
}

function precisionFault(clients: number, options: SecAggPlusOptions): InputError | undefined {
  try {
    scaleOf(settingsFor(clients, options));
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

function fractionsOf({ corruptFraction = 0.1, dropoutFraction = 0.1 }: SecAggPlusOptions): Fractions {
  return { corrupt: corruptFraction, dropout: dropoutFraction };
}

/** Those to be tried, in this order. */
function* neighbourCounts(clients: number, options: SecAggPlusOptions): Generator<number> {
  const all = clients - 1;
  if (options.neighbours !== undefined) {
    yield Math.min(options.neighbours, all);
    return;
  }
  if (options.graph === "harary") {
    for (let neighbours = 2; neighbours < all; neighbours += 2) {
      if (staysConnected(clients, neighbours, fractionsOf(options))) yield neighbours;
    }
  }
  yield all;
}

function thresholdFor(clients: number, neighbours: number, options: SecAggPlusOptions): number | undefined {
  const { graph, threshold } = options;
  // Whoever names both knows why.
  if (threshold !== undefined && (graph === "full" || options.neighbours !== undefined)) return threshold;
  const bounds = thresholds(clients, neighbours, fractionsOf(options));
  const least = Math.max(2, bounds.least);
  if (threshold !== undefined) return least <= threshold && threshold <= bounds.most ? threshold : undefined;
  return least <= bounds.most ? Math.floor((least + bounds.most) / 2) : undefined;
}
