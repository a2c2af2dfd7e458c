/**
 * How many neighbours are enough, by exact counting: whole numbers of any size, so that every machine comes to the same
 * result. Clients refuse a plan that is weaker than their own reckoning.
 *
 * The bounds are those of Bell et al. 2020 in the form n P[...] <= 2^-sigma: nobody has as many corrupt neighbours as
 * rebuild its secrets, nobody loses so many neighbours that its secrets are lost, and the graph of those who stay is
 * connected. For the last one the ring is enough here: a part is cut off only where k / 2 clients in a row are corrupt or
 * gone. That bound is ours, and generous.
 */

/** Security: what must not happen has a probability of at most 2^-40. */
const SIGMA = 40;
/** Correctness: a round fails for want of shares with a probability of at most 2^-30. */
const ETA = 30;

export interface Fractions {
  /** Part of the clients who may pool what they see with the server. */
  readonly corrupt: number;
  /** Part of the clients who may go, or fall silent, in the midst of a round. */
  readonly dropout: number;
}

/** Whether the ring with `neighbours` / 2 links to either side stays connected: n (c + d)^(k / 2) <= 2^-sigma. */
export function staysConnected(clients: number, neighbours: number, fractions: Fractions): boolean {
  // Products rather than a power: these are rounded alike everywhere.
  let expected = clients;
  for (let i = 0; i < neighbours / 2; i++) expected *= fractions.corrupt + fractions.dropout;
  return expected <= 2 ** -SIGMA;
}

/**
 * The thresholds that fit `neighbours` random neighbours: low enough to survive the dropouts, high enough for the corrupt
 * ones. Empty when `least` > `most`.
 */
export function thresholds(
  clients: number,
  neighbours: number,
  fractions: Fractions,
): { readonly least: number; readonly most: number } {
  const corrupt = hypergeometricTail(clients - 1, wholePart(clients, fractions.corrupt), neighbours);
  const gone = hypergeometricTail(clients - 1, wholePart(clients, fractions.dropout), neighbours);
  const isRare = (tail: Tail, from: number, exponent: number) =>
    (BigInt(clients) * tail.ways[from]) << BigInt(exponent) <= tail.all;
  let least = 1;
  while (least <= neighbours && !isRare(corrupt, least, SIGMA)) least++;
  let most = neighbours;
  while (most >= 1 && !isRare(gone, neighbours - most + 1, ETA)) most--;
  return { least, most };
}

/** The whole clients that a fraction comes to, rounded down; 0.29 x 100 is 29 here. */
export function wholePart(clients: number, fraction: number): number {
  return Math.floor(clients * fraction + 1e-9);
}

interface Tail {
  /** [t]: draws with at least t marked ones among them; up to the number drawn plus 1, where it is 0. */
  readonly ways: readonly bigint[];
  readonly all: bigint;
}

/** Of the ways to draw `drawn` out of `population`, of which some are marked. */
function hypergeometricTail(population: number, marked: number, drawn: number): Tail {
  const ofMarked = binomials(marked, drawn);
  const ofOthers = binomials(population - marked, drawn);
  const ways = Array<bigint>(drawn + 2).fill(0n);
  for (let t = drawn; t >= 0; t--) ways[t] = ways[t + 1] + ofMarked[t] * ofOthers[drawn - t];
  return { ways, all: ways[0] };
}

/** n over 0, 1, ..., `upTo`. */
function binomials(n: number, upTo: number): bigint[] {
  const row = [1n];
  for (let j = 1; j <= upTo; j++) row.push((row[j - 1] * BigInt(Math.max(0, n - j + 1))) / BigInt(j));
  return row;
}
