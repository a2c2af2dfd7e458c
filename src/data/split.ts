import { InputError } from "../errors.ts";
import type { SimulationRandom } from "../numeric/random.ts";
import { drawRows } from "./select.ts";
import type { RowLimits } from "./sources.ts";

export interface Split {
  /** Row numbers, ascending. */
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/**
 * Splits rows that come without a held-out set: `limits.test` of them, or a fifth (rounded, at least 1), drawn
 * without replacement, are held out; of the others, `limits.train` (all when absent) are drawn for training.
 * No owner loses the last row to the held-out set, so that natural partitions keep every client.
 * @throws InputError `data.split`, `data.limit`
 */
export function splitRows(
  rows: number,
  limits: RowLimits,
  random: SimulationRandom,
  owners?: readonly string[],
): Split {
  const wanted = limits.test ?? Math.max(1, Math.round(rows / 5));
  const most = rows - (owners === undefined ? 1 : new Set(owners).size);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > most) {
    const why = owners === undefined ? "" : ", with one training row kept for every owner";
    throw new InputError(
      "data.split",
      `The data has ${rows} rows, so at most ${Math.max(0, most)} can be held out for testing${why}, ` +
        `but ${wanted} are asked for: set data.test to a whole number of at least 1, or bring more rows.`,
      { at: "data.test" },
    );
  }
  const left = new Map<string, number>();
  for (const owner of owners ?? []) left.set(owner, (left.get(owner) ?? 0) + 1);
  const test: number[] = [];
  const train: number[] = [];
  const order = random.shuffle(Int32Array.from({ length: rows }, (_, row) => row));
  for (const row of order) {
    const owner = owners?.[row];
    const spare = owner === undefined || left.get(owner)! > 1;
    if (test.length < wanted && spare) {
      test.push(row);
      if (owner !== undefined) left.set(owner, left.get(owner)! - 1);
    } else {
      train.push(row);
    }
  }
  const remaining = Int32Array.from(train).sort();
  const kept = drawRows(remaining.length, limits.train ?? remaining.length, random, "training rows");
  return { train: kept.map((i) => remaining[i]), test: Int32Array.from(test).sort() };
}
