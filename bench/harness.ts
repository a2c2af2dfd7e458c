/** What every bench shares: the form of its answer, the machine, and fair alternation with a peer. */
import { availableParallelism, cpus } from "node:os";

export interface BenchRow {
  readonly case: string;
  /** Our figure, in `unit`. */
  readonly ours: number;
  readonly unit: string;
  /** The peer's figure, in the same unit; absent where the peer is not installed. */
  readonly peer?: number;
  readonly peerName?: string;
  /** How many times better we are; > 1 means better than the peer. */
  readonly ratio?: number;
}

export interface BenchResult {
  readonly bench: string;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
  readonly rows: readonly BenchRow[];
}

export interface BenchOptions {
  /** Fewer repetitions, for a first look. */
  readonly quick?: boolean;
}

export function machine(): BenchResult["machine"] {
  return { cpu: cpus()[0]?.model.trim() ?? "unknown", cores: availableParallelism(), node: process.version };
}

/**
 * Measures several contestants in turn, `rounds` times over, so that whatever else the machine does meets all of
 * them alike. Each contestant answers with one figure per call.
 *
 * @returns the median figure of each, and of the quotients of each over the first, taken round by round.
 */
export async function alternate(
  contestants: readonly (() => Promise<number>)[],
  rounds: number,
): Promise<{ medians: number[]; quotients: number[] }> {
  const figures: number[][] = contestants.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, measure] of contestants.entries()) figures[i].push(await measure());
  }
  return {
    medians: figures.map(median),
    quotients: figures.map((list) => median(list.map((figure, round) => figure / figures[0][round]))),
  };
}

export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
