/**
 * The two programs that clients and server run: a training step and an evaluation batch, both of a fixed batch
 * size. Rows of weight 0 are padding: they add nothing to the loss, the gradient or the scores.
 */
import { numpy as np, valueAndGrad } from "@jax-js/jax";
import type { Program } from "./engine.ts";
import { localOptimizer } from "./optimizers.ts";
import { structureOf } from "./parameters.ts";
import { evaluationSpecs, isAnchored, type StepWork, trainingSpecs } from "./program-specs.ts";
import type { DataSpec, Task } from "./task.ts";

/**
 * One optimiser step on a batch; {@link trainingSpecs} says what goes in and out.
 *
 * @throws InputError as the task's functions do, when the program is traced.
 */
export function trainingProgram(task: Task, spec: DataSpec, work: StepWork): Program {
  const { layout, assemble } = structureOf(task, spec);
  const corrected = work.corrected ?? false;
  const anchored = isAnchored(work);
  const optimizer = localOptimizer(work, corrected, layout);
  const count = layout.slices.length;
  return {
    ...trainingSpecs(task.name, layout, spec, work, optimizer.state),
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

/** Loss and score of a batch; {@link evaluationSpecs} says what goes in and out. */
export function evaluationProgram(task: Task, spec: DataSpec, batch: number): Program {
  const { layout, assemble } = structureOf(task, spec);
  return {
    ...evaluationSpecs(task.name, layout, spec, batch),
    apply(_, constants, [x, y, w]) {
      const { losses, scores } = task.lossesAndScores(assemble(constants), x, y, spec);
      return { carry: [], outputs: [np.sum(losses.mul(w.ref)), np.sum(scores.mul(w))] };
    },
  };
}
