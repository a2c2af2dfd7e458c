import { InputError } from "../../errors.ts";
import type { Engine } from "../engine.ts";
import { evaluationProgram, trainingProgram } from "../local-program.ts";
import type { LoweredEngine } from "../lowered-program.ts";
import { layoutOf } from "../parameters.ts";
import type { ProgramBundle } from "../program-bundle.ts";
import type { Task } from "../task.ts";

/**
 * An engine for the programs of one bundle that builds them from the task's source in place of opening the models:
 * for machines that hold the source and run it faster than ONNX Runtime.
 *
 * @throws InputError `learn.bundle.task` when the source has other parameters than the bundle.
 */
export function sourceEngine(engine: Engine, task: Task, bundle: ProgramBundle): LoweredEngine {
  const { layout, data, work, corrected, training, evaluation } = bundle;
  if (JSON.stringify(layoutOf(task, data)) !== JSON.stringify(layout)) {
    throw new InputError(
      "learn.bundle.task",
      `Task "${task.name}" has other parameters here than at the server; bring both to one release.`,
    );
  }
  return {
    name: engine.name,
    open: async (lowered) =>
      engine.load(
        lowered === training
          ? trainingProgram(task, data, { ...work, corrected })
          : evaluationProgram(task, data, evaluation.inputs[0].shape[0]),
      ),
  };
}
