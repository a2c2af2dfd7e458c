/** The made-up work that engines are compared on, and when two of them agree. */
import { type Examples, size } from "../data/examples.ts";
import { SimulationRandom } from "../numeric/random.ts";
import { BatchBuffers } from "./batches.ts";
import type { Loop, TensorData } from "./engine.ts";
import type { ProgramBundle } from "./program-bundle.ts";

/** What every engine is given. */
export interface Trial {
  readonly carry: readonly TensorData[];
  readonly constants: readonly TensorData[];
  /** The batch of the step that is compared. */
  readonly single: readonly TensorData[];
  /** The batches of a timed call. */
  readonly several: readonly TensorData[];
  /** Batches in `several`. */
  readonly steps: number;
}

/** The answer to the step that is compared. */
export interface FirstStep {
  readonly loss: number;
  /** Change of all that is carried. */
  readonly change: readonly Float32Array[];
  /** L2 norm of what was carried, which is as exact as float32 is. */
  readonly norm: number;
}

/** How far an engine's first step may be from another's: relative, over all that is carried together. */
const TOLERANCE = 0.01;
/** Some roundings of float32, relative to the numbers that were rounded. */
const ROUNDING = 1e-6;

/** Random features that the data could have, small random weights and an optimiser's fresh state; the same every time. */
export function trialOf({ data, layout, training: { carry, constants, inputs } }: ProgramBundle): Trial {
  const random = SimulationRandom.fromSeed(0);
  const floats = (length: number, spread: number) =>
    Float32Array.from({ length }, () => spread * (random.uniform() - 0.5));
  const [batch] = inputs[0].shape;
  const width = size(data.shape);
  const examples: Examples = {
    features: Float32Array.from({ length: batch * width }, (_, i) =>
      data.ranges === undefined ? 2 * (random.uniform() - 0.5) : random.integer(data.ranges[i % width]),
    ),
    scale: 1,
    shape: data.shape,
    labels: Int32Array.from({ length: batch }, (_, row) => row % data.classes),
    classes: data.classes,
  };
  const buffers = new BatchBuffers(examples, batch);
  const rows = Int32Array.from({ length: buffers.capacity }, (_, i) => i % batch);
  return {
    carry: carry.map(({ shape }, i) =>
      i < layout.slices.length ? floats(size(shape), 0.1) : new Float32Array(size(shape)),
    ),
    constants: constants.map(({ shape }) => new Float32Array(size(shape))),
    single: buffers.fill(rows, 0, batch).map((array) => array.slice()),
    several: buffers.fill(rows, 0, rows.length),
    steps: rows.length / batch,
  };
}

/** Starts the loop and takes the step that is compared. */
export async function firstStep(loop: Loop, { carry, constants, single }: Trial): Promise<FirstStep> {
  loop.start(carry, constants);
  const [[loss]] = await loop.step(single);
  const after = await loop.carry();
  return {
    loss,
    change: after.map((array, k) => Float32Array.from(array, (x, i) => x - carry[k][i])),
    norm: norm(carry),
  };
}

/** Why a first step disqualifies its engine; undefined when it does not. `expected` is another engine's. */
export function flawOf(step: FirstStep, expected: FirstStep | undefined): string | undefined {
  if (!Number.isFinite(step.loss) || !Number.isFinite(norm(step.change))) {
    return "its results are not finite numbers";
  }
  if (expected === undefined) return undefined;
  const apart = norm(step.change.map((array, k) => array.map((x, i) => x - expected.change[k][i])));
  const lossApart = Math.abs(step.loss - expected.loss);
  const agrees =
    apart <= TOLERANCE * norm(expected.change) + ROUNDING * expected.norm &&
    lossApart <= TOLERANCE * Math.abs(expected.loss) + ROUNDING;
  return agrees ? undefined : "its results differ from another engine's";
}

/** L2 norm over all arrays together. */
function norm(arrays: readonly TensorData[]): number {
  let sum = 0;
  for (const array of arrays) for (const x of array) sum += x * x;
  return Math.sqrt(sum);
}
