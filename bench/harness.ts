/** What the benches share: the shape of their results, and fair repetition on a machine that is not quiet. */
import { availableParallelism, cpus } from "node:os";
import type { BenchResult, BenchRow } from "../src/cli/bench-result.ts";

export type { BenchResult, BenchRow };

export interface BenchOptions {
  /** Shrinks the bench to a smoke test. Default false. */
  readonly quick?: boolean;
  /** Takes progress and remarks, a line at a time. Default: nobody listens. */
  readonly log?: (line: string) => void;
}

export function machine(): BenchResult["machine"] {
  return { cpu: cpus()[0].model.trim(), cores: availableParallelism(), node: process.version };
}

/** The middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs contestants in turn, so that whatever else the machine does hits all alike. Each measures itself (in another
 * process, say) and answers with one figure per turn.
 *
 * @returns the median figure of each, and the median over the turns of each one's quotient by the first.
 */
export async function takeTurns(
  repetitions: number,
  contestants: readonly (() => Promise<number>)[],
): Promise<{ medians: number[]; quotients: number[] }> {
  const figures: number[][] = contestants.map(() => []);
  for (let turn = 0; turn < repetitions; turn++) {
    for (const [k, contestant] of contestants.entries()) figures[k].push(await contestant());
  }
  return {
    medians: figures.map(median),
    quotients: figures.map((list) => median(list.map((figure, turn) => figure / figures[0][turn]))),
  };
}
