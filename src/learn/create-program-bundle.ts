import { EVALUATION_BATCH } from "./evaluation-parts.ts";
import { evaluationProgram, trainingProgram } from "./local-program.ts";
import { lower } from "./lowering/lower.ts";
import { layoutOf } from "./parameters.ts";
import type { ProgramBundle } from "./program-bundle.ts";
import type { DataSpec, Task } from "./task.ts";
import type { LocalWork } from "./training.ts";

export interface ProgramBundleOptions {
  readonly task: Task;
  /** What the clients' examples are like. */
  readonly spec: DataSpec;
  /** What every client is to do in a round. */
  readonly work: LocalWork;
  /** Whether jobs bring a SCAFFOLD correction. Default: no. */
  readonly corrected?: boolean;
}

/**
 * Traces and lowers a task's training step and evaluation for clients that lack its source.
 *
 * A client computes whole batches of `work.batch`, however few examples it holds.
 *
 * @throws InputError `learn.task.*` when the task cannot be built or traced for the data, `learn.lowering.*` when it
 * uses what ONNX lacks.
 */
export function createProgramBundle({
  task,
  spec,
  work,
  corrected = false,
}: ProgramBundleOptions): ProgramBundle {
  const { shape, classes, ranges } = spec;
  return {
    task: task.name,
    layout: layoutOf(task, spec),
    data: { shape, classes, ...(ranges && { ranges }) },
    work,
    corrected,
    training: lower(trainingProgram(task, spec, { ...work, corrected })),
    evaluation: lower(evaluationProgram(task, spec, EVALUATION_BATCH)),
  };
}
