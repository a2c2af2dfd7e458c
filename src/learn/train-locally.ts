/** A client's steps on any engine, from the round's model to the update, and the evaluation of a model. */
import type { Examples } from "../data/examples.ts";
import { InputError } from "../errors.ts";
import { SimulationRandom } from "../numeric/random.ts";
import { BatchBuffers } from "./batches.ts";
import type { Loop, ProgramSpecs } from "./engine.ts";
import type { ParameterLayout } from "./layout.ts";
import { isAnchored } from "./program-specs.ts";
import { checkLength, sliceParameters } from "./slice-parameters.ts";
import type { EvaluateJob, EvaluateResult, TrainJob, TrainResult } from "./training.ts";
import { takeTurns } from "./turns.ts";

/** What of a program this side of the fence needs to know. Plain data. */
export interface LoopShape {
  readonly layout: ParameterLayout;
  /** Lengths of the optimiser's state tensors, all zero at the start; none in an evaluation. */
  readonly state: readonly number[];
  /** Examples per step of the compiled program. */
  readonly batch: number;
}

/** The shape of a program that was built for `layout`. */
export function loopShape(program: ProgramSpecs, layout: ParameterLayout): LoopShape {
  return {
    layout,
    state: program.carry.slice(layout.slices.length).map(({ shape }) => shape.reduce((n, k) => n * k, 1)),
    batch: program.inputs[0].shape[0],
  };
}

/**
 * Trains on the examples named by `rows`: every epoch visits them all in an order drawn from the job's seed, the
 * last batch may be smaller. The loop must hold the job's training program, of the batch that `shape` says.
 *
 * A loss that turns NaN or infinite is reported in the result, not thrown. Between steps the thread's other work has
 * its turn, and an aborted `signal` ends the job.
 *
 * @throws the signal's reason when it is aborted; InputError `learn.shard.empty` without rows, `learn.parameters.length` for vectors of a wrong length.
 */
export async function trainLocally(
  loop: Loop,
  shape: LoopShape,
  examples: Examples,
  rows: Int32Array,
  job: TrainJob,
  signal?: AbortSignal,
): Promise<TrainResult> {
  if (rows.length === 0) throw emptyShard(placeOf(job));
  const { parameters, work } = job;
  const { epochs, steps: mostSteps = Number.POSITIVE_INFINITY } = work;
  const slices = sliceParameters(shape.layout, parameters);
  loop.start(
    [...slices, ...shape.state.map((length) => new Float32Array(length))],
    [
      ...(isAnchored(work) ? slices : []),
      ...(job.correction === undefined ? [] : sliceParameters(shape.layout, job.correction)),
    ],
  );
  const random = SimulationRandom.fromSeed(job.seed);
  const buffers = new BatchBuffers(examples, shape.batch, mostSteps);
  let lossSum = 0;
  let seen = 0;
  let steps = 0;
  for (let epoch = 0; epoch < epochs && steps < mostSteps; epoch++) {
    const order = random.stream("epoch", epoch).shuffle(Int32Array.from(rows));
    for (let from = 0; from < order.length && steps < mostSteps; from += buffers.capacity) {
      await takeTurns(signal);
      const most = Math.min(buffers.capacity, (mostSteps - steps) * shape.batch);
      const to = Math.min(from + most, order.length);
      const [losses] = await loop.step(buffers.fill(order, from, to));
      for (const [k, loss] of losses.entries()) {
        lossSum += loss * Math.min(shape.batch, to - from - k * shape.batch);
      }
      seen += to - from;
      steps += losses.length;
    }
  }
  const update = difference(shape.layout, await loop.carry(), parameters);
  if (work.workerMomentum) {
    if (job.sentLast) checkLength(shape.layout, job.sentLast);
    blend(update, job.sentLast, work.workerMomentum);
  }
  return {
    kind: "train",
    update,
    examples: rows.length,
    steps,
    loss: lossSum / seen,
  };
}

/** Sums over examples, so that parts of an evaluation can be added up in a fixed order. */
export interface EvaluationSums {
  readonly examples: number;
  readonly loss: number;
  readonly score: number;
}

/**
 * Evaluates a model on the examples named by `rows`; the loop must hold the evaluation program.
 *
 * @throws the signal's reason when it is aborted; InputError `learn.parameters.length` for a vector of a wrong length.
 */
export async function evaluateLocally(
  loop: Loop,
  shape: LoopShape,
  examples: Examples,
  rows: Int32Array,
  parameters: Float32Array,
  signal?: AbortSignal,
): Promise<EvaluationSums> {
  loop.start([], sliceParameters(shape.layout, parameters));
  const buffers = new BatchBuffers(examples, shape.batch);
  let lossSum = 0;
  let scoreSum = 0;
  for (let from = 0; from < rows.length; from += buffers.capacity) {
    await takeTurns(signal);
    const to = Math.min(from + buffers.capacity, rows.length);
    const [losses, scores] = await loop.step(buffers.fill(rows, from, to));
    for (const loss of losses) lossSum += loss;
    for (const score of scores) scoreSum += score;
  }
  return { examples: rows.length, loss: lossSum, score: scoreSum };
}

/**
 * Means over all parts, added in the order given.
 *
 * @throws InputError `learn.shard.empty` when the parts hold no examples.
 */
export function combineSums(parts: readonly EvaluationSums[], place: string): EvaluateResult {
  let examples = 0;
  let loss = 0;
  let score = 0;
  for (const part of parts) {
    examples += part.examples;
    loss += part.loss;
    score += part.score;
  }
  if (examples === 0) throw emptyShard(place);
  return { kind: "evaluate", examples, loss: loss / examples, accuracy: score / examples };
}

/** How the place of a job is named in errors. */
export function placeOf(job: TrainJob | EvaluateJob): string {
  if (job.kind === "train") return `shard ${job.shard}`;
  return job.on === "test" ? "the held-out set" : `shard ${job.on}`;
}

function emptyShard(place: string): InputError {
  return new InputError(
    "learn.shard.empty",
    `There are no examples in ${place}; give every client at least one, or leave it out.`,
    { at: place },
  );
}

/** beta*last + (1 - beta)*update, in place. */
function blend(update: Float32Array, last: Float32Array | undefined, beta: number): void {
  for (let i = 0; i < update.length; i++) {
    update[i] = beta * (last === undefined ? 0 : last[i]) + (1 - beta) * update[i];
  }
}

/** The carried parameters (the first tensors of the carry) minus the flat ones. */
function difference(
  { slices, length }: ParameterLayout,
  carry: readonly ArrayLike<number>[],
  parameters: Float32Array,
): Float32Array {
  const update = new Float32Array(length);
  slices.forEach(({ offset, length }, k) => {
    subtract(
      update.subarray(offset, offset + length),
      carry[k],
      parameters.subarray(offset, offset + length),
    );
  });
  return update;
}

/** Apart, because the compiler makes it fast only where it meets one kind of array. */
function subtract(target: Float32Array, a: ArrayLike<number>, b: Float32Array): void {
  for (let i = 0; i < target.length; i++) target[i] = a[i] - b[i];
}
