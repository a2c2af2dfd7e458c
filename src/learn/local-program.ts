/**
 * The two programs that clients and server run: a training step and an evaluation batch, both of a fixed batch
 * size. Rows of weight 0 are padding: they add nothing to the loss, the gradient or the scores.
 */
import { numpy as np, valueAndGrad } from "@jax-js/jax";
import type { Program, TensorSpec } from "./engine.ts";
import type { ParameterLayout } from "./layout.ts";
import { localOptimizer } from "./optimizers.ts";
import { structureOf } from "./parameters.ts";
import type { DataSpec, Task } from "./task.ts";
import type { LocalWork } from "./training.ts";

/** What of a job decides the program; jobs with the same key share one. */
export interface StepWork extends Pick<LocalWork, "batch" | "optimizer" | "proximal"> {
  /** Whether the job brings a SCAFFOLD correction. */
  readonly corrected?: boolean;
}

/**
 * One optimiser step on a batch.
 *
 * Carry: the parameter slices, then the optimiser's state, all zero at first. Constants: the received parameters
 * x if the proximal term is on, then the correction's slices if there is one. Inputs: x float32 [B, ...shape],
 * y int32 [B], w float32 [B] of 0 and 1 with at least one 1. Output: the batch's loss before the step, averaged
 * over the rows of weight 1.
 *
 * @throws InputError as the task's functions do, when the program is traced.
 */
export function trainingProgram(task: Task, spec: DataSpec, work: StepWork): Program {
  const { layout, assemble } = structureOf(task, spec);
  const corrected = work.corrected ?? false;
  const anchored = (work.proximal ?? 0) > 0;
  const optimizer = localOptimizer(work, corrected, layout);
  const count = layout.slices.length;
  return {
    name: `${task.name} step`,
    carry: [...parameterSpecs("", layout), ...optimizer.state],
    constants: [
      ...(anchored ? parameterSpecs("received.", layout) : []),
      ...(corrected ? parameterSpecs("correction.", layout) : []),
    ],
    inputs: batchSpecs(spec, work.batch),
    outputs: [{ name: "loss", shape: [], type: "float32" }],
    apply(carry, constants, [x, y, w]) {
      const parameters = carry.slice(0, count);
      const shares = w.ref.div(np.sum(w));
      const batchLoss = (arrays: np.Array[]): np.Array =>
        np.sum(task.losses(assemble(arrays), x, y, spec).mul(shares));
      const [loss, slopes] = valueAndGrad(batchLoss)(parameters.map((p) => p.ref));
      const { gradients, state } = optimizer.update(slopes as np.Array[], carry.slice(count), {
        parameters,
        received: anchored ? constants.slice(0, count) : [],
        correction: corrected ? constants.slice(anchored ? count : 0) : [],
      });
      const next = parameters.map((p, i) => p.sub(gradients[i].mul(work.optimizer.rate)));
      return { carry: [...next, ...state], outputs: [loss] };
    },
  };
}

/**
 * Loss and score of a batch. Constants: the parameter slices. Inputs as in {@link trainingProgram}, where all
 * weights may be 0. Outputs: the sums of losses and of scores over the rows of weight 1.
 */
export function evaluationProgram(task: Task, spec: DataSpec, batch: number): Program {
  const { layout, assemble } = structureOf(task, spec);
  return {
    name: `${task.name} evaluation`,
    carry: [],
    constants: parameterSpecs("", layout),
    inputs: batchSpecs(spec, batch),
    outputs: [
      { name: "loss", shape: [], type: "float32" },
      { name: "score", shape: [], type: "float32" },
    ],
    apply(_, constants, [x, y, w]) {
      const { losses, scores } = task.lossesAndScores(assemble(constants), x, y, spec);
      return { carry: [], outputs: [np.sum(losses.mul(w.ref)), np.sum(scores.mul(w))] };
    },
  };
}

/** A key that two works share exactly when their training programs are the same. */
export function programKey({ batch, optimizer, proximal = 0, corrected = false }: StepWork): string {
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
