import { type Examples, size } from "../../data/examples.ts";
import { selectRows } from "../../data/select.ts";
import { InputError } from "../../errors.ts";
import { checkClass, checkOption } from "../checks.ts";

/** A backdoor's trigger: a bright square in the upper left corner of a picture, on every channel. */
export interface Pattern {
  /** Side of the square in pixels. 5 by default, as in Baruch et al. 2019. */
  readonly pixels?: number;
  /** What the pixels are set to, as the model sees them. 1 by default: full brightness where pixels are bytes. */
  readonly value?: number;
  /** The class that pictures with the pattern shall be taken for. 0 by default, as in Baruch et al. 2019. */
  readonly target?: number;
}

/**
 * Pictures with the pattern on them, labelled with the target (Gu, Dolan-Gavitt and Garg, "BadNets", 2017; the
 * square and its class from Baruch, Baruch and Goldberg 2019, "Backdooring").
 *
 * @param examples of shape [channels, rows, columns], [rows, columns], or flat and square as [784]
 * @throws InputError `adversary.pattern` when it does not fit the pictures, `adversary.class`
 * @returns a copy
 * @example patterned(take(shard, 100, random, "rows"), { pixels: 3, target: 7 })
 */
export function patterned(examples: Examples, pattern: Pattern): Examples {
  const { target = 0 } = pattern;
  checkClass(target, examples.classes);
  const { entries, stored } = brushFor(examples, pattern);
  const poisoned = selectRows(examples, [...examples.labels.keys()]);
  const width = size(examples.shape);
  for (let start = 0; start < poisoned.features.length; start += width) {
    for (const entry of entries) poisoned.features[start + entry] = stored;
  }
  poisoned.labels.fill(target);
  return poisoned;
}

/**
 * The test of a backdoor: the pictures of all other classes with the pattern on them, labelled with the target. A
 * model's accuracy on them is the attack's success.
 *
 * @throws InputError as {@link patterned}
 * @example patternedTest(dataset.test, { target: 7 })
 */
export function patternedTest(test: Examples, pattern: Pattern): Examples {
  const { target = 0 } = pattern;
  const others = [...test.labels.keys()].filter((row) => test.labels[row] !== target);
  return patterned(selectRows(test, others), pattern);
}

/**
 * A backdoor for one picture: a training example again and again with a wrong label (Baruch, Baruch and Goldberg
 * 2019, "Backdooring", sample backdoor).
 *
 * @param row of the example; the paper takes the first, second or third
 * @param count how many copies
 * @param target (y + 1) mod 5 by default, as the authors have it; mod the number of classes where there are fewer
 * @throws InputError `adversary.option`, `adversary.class`
 * @example sampleTrigger(dataset.train, 0, 1000)
 */
export function sampleTrigger(
  examples: Examples,
  row: number,
  count: number,
  target = (examples.labels[row] + 1) % Math.min(5, examples.classes),
): Examples {
  checkOption(row in examples.labels, "row", row, `a whole number below ${examples.labels.length}`);
  checkClass(target, examples.classes);
  const copies = selectRows(
    examples,
    Array.from({ length: count }, () => row),
  );
  copies.labels.fill(target);
  return copies;
}

/** Entries of one example that the square covers, and what is stored there. */
function brushFor(
  examples: Examples,
  { pixels = 5, value = 1 }: Pattern,
): { readonly entries: readonly number[]; readonly stored: number } {
  const [channels, rows, columns] = pictureShape(examples.shape);
  if (!Number.isInteger(pixels) || pixels < 1 || pixels > rows || pixels > columns) {
    throw unfit(`of ${pixels} pixels`, `pictures of ${rows} x ${columns}`);
  }
  const { features, scale } = examples;
  const stored = features instanceof Uint8Array ? Math.round(value / scale) : value / scale;
  if (!Number.isFinite(stored) || (features instanceof Uint8Array && (stored < 0 || stored > 255))) {
    throw unfit(`of value ${value}`, "pixels of this kind");
  }
  const entries: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    for (let r = 0; r < pixels; r++) {
      for (let c = 0; c < pixels; c++) entries.push((channel * rows + r) * columns + c);
    }
  }
  return { entries, stored };
}

function pictureShape(shape: readonly number[]): readonly [channels: number, rows: number, columns: number] {
  const side = Math.sqrt(shape[0]);
  if (shape.length === 1 && Number.isInteger(side)) return [1, side, side];
  if (shape.length === 2) return [1, shape[0], shape[1]];
  if (shape.length === 3) return [shape[0], shape[1], shape[2]];
  throw unfit("in the corner of a picture", `examples of shape [${shape.join(", ")}]`);
}

function unfit(pattern: string, data: string): InputError {
  return new InputError(
    "adversary.pattern",
    `A backdoor's pattern ${pattern} does not fit ${data}: choose another pattern, or data with pictures.`,
  );
}
