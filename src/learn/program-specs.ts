/**
 * What goes in and out of the two programs that clients and server run. Apart from `local-program.ts`, which needs
 * jax-js, because clients that are sent lowered programs check them by it.
 */
import type { ProgramSpecs, TensorSpec } from "./engine.ts";
import type { ParameterLayout } from "./layout.ts";
import type { DataSpec } from "./task.ts";
import type { LocalWork } from "./training.ts";

/** What of a job decides the program; jobs with the same key share one. */
export interface StepWork extends Pick<LocalWork, "batch" | "optimizer" | "proximal" | "tether"> {
  /** Whether the job brings a SCAFFOLD correction. */
  readonly corrected?: boolean;
}

/** Whether the step looks back at the parameters that the round began with. */
export function isAnchored({ proximal = 0, tether = 0 }: Pick<StepWork, "proximal" | "tether">): boolean {
  return proximal > 0 || tether > 0;
}

/**
 * A training step. Carry: the parameter slices, then the optimiser's state, all zero at first. Constants: the
 * received parameters x if the step is anchored to them, then the correction's slices if there is one. Inputs: x float32
 * [B, ...shape], y int32 [B], w float32 [B] of 0 and 1 with at least one 1. Output: the batch's loss before the
 * step, averaged over the rows of weight 1.
 */
export function trainingSpecs(
  task: string,
  layout: ParameterLayout,
  data: DataSpec,
  work: StepWork,
  state: readonly TensorSpec[],
): ProgramSpecs {
  const { batch, corrected = false } = work;
  return {
    name: `${task} step`,
    carry: [...parameterSpecs("", layout), ...state],
    constants: [
      ...(isAnchored(work) ? parameterSpecs("received.", layout) : []),
      ...(corrected ? parameterSpecs("correction.", layout) : []),
    ],
    inputs: batchSpecs(data, batch),
    outputs: [{ name: "loss", shape: [], type: "float32" }],
  };
}

/**
 * An evaluation batch. Carry: nothing. Constants: the parameter slices. Inputs as in {@link trainingSpecs}, where
 * all weights may be 0. Outputs: the sums of losses and of scores over the rows of weight 1.
 */
export function evaluationSpecs(
  task: string,
  layout: ParameterLayout,
  data: DataSpec,
  batch: number,
): ProgramSpecs {
  return {
    name: `${task} evaluation`,
    carry: [],
    constants: parameterSpecs("", layout),
    inputs: batchSpecs(data, batch),
    outputs: [
      { name: "loss", shape: [], type: "float32" },
      { name: "score", shape: [], type: "float32" },
    ],
  };
}

/** A key that two works share exactly when their training programs are the same. */
export function programKey({
  batch,
  optimizer,
  proximal = 0,
  tether = 0,
  corrected = false,
}: StepWork): string {
  const { kind, rate, momentum = 0, decay = 0, clip, beta1, beta2, epsilon } = optimizer;
  return JSON.stringify([
    batch,
    kind,
    rate,
    momentum,
    decay,
    clip,
    beta1,
    beta2,
    epsilon,
    proximal,
    tether,
    corrected,
  ]);
}

function parameterSpecs(prefix: string, { slices }: ParameterLayout): TensorSpec[] {
  return slices.map(({ name, shape }) => ({ name: prefix + name, shape, type: "float32" }));
}

function batchSpecs({ shape }: DataSpec, batch: number): TensorSpec[] {
  return [
    { name: "x", shape: [batch, ...shape], type: "float32" },
    { name: "y", shape: [batch], type: "int32" },
    { name: "w", shape: [batch], type: "float32" },
  ];
}
