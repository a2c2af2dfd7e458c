import { InputError } from "../errors.ts";
import type { SimulationRandom } from "../numeric/random.ts";
import { allocate } from "./allocate.ts";
import { type Examples, size } from "./examples.ts";

/** The named rows, copied, in the order given. */
export function selectRows(examples: Examples, rows: ArrayLike<number>): Examples {
  const width = size(examples.shape);
  const entries = rows.length * width;
  const features =
    examples.features instanceof Uint8Array
      ? new Uint8Array(allocate(entries))
      : new Float32Array(allocate(4 * entries));
  const labels = new Int32Array(allocate(rows.length * 4));
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i] * width;
    features.set(examples.features.subarray(from, from + width), i * width);
    labels[i] = examples.labels[rows[i]];
  }
  return { ...examples, features, labels };
}

/**
 * `count` of `rows` row indices drawn without replacement (a shuffle, cut), in ascending order. A count equal
 * to `rows` keeps everything.
 * @param what names the rows in errors: "training rows of data.csv".
 * @throws InputError `data.limit` when there are fewer
 */
export function drawRows(rows: number, count: number, random: SimulationRandom, what: string): Int32Array {
  if (!Number.isInteger(count) || count < 1 || count > rows) {
    throw new InputError(
      "data.limit",
      `The data asks for ${count} ${what}, but there are ${rows}: ask for a whole number from 1 to ${rows}.`,
      { at: "data" },
    );
  }
  const all = Int32Array.from({ length: rows }, (_, i) => i);
  return count === rows ? all : random.shuffle(all).slice(0, count).sort();
}

/** At most `count` rows of `examples`, drawn by `random`; the examples themselves when `count` is absent or equal. */
export function take(
  examples: Examples,
  count: number | undefined,
  random: SimulationRandom,
  what: string,
): Examples {
  const rows = examples.labels.length;
  if (count === undefined || count === rows) return examples;
  return selectRows(examples, drawRows(rows, count, random, what));
}
