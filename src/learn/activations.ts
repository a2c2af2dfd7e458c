import { init, numpy as np } from "@jax-js/jax";
import type { Examples } from "../data/examples.ts";
import { InputError } from "../errors.ts";
import { BatchBuffers } from "./batches.ts";
import type { Engine, Program } from "./engine.ts";
import { structureOf } from "./parameters.ts";
import { evaluationSpecs } from "./program-specs.ts";
import { sliceParameters } from "./slice-parameters.ts";
import type { DataSpec, Task } from "./task.ts";

const BATCH = 100;

/**
 * The activations of the last hidden layer, which tell by what features a model goes: for activation clustering.
 *
 * @param parameters the model, length d
 * @returns one vector per example
 * @throws InputError `learn.task.activations` for tasks without a hidden layer, `learn.parameters.length`
 * @example await activationsOf(findTask("mnist-mlp").task, model, dataset.train, onnxEngine)
 */
export async function activationsOf(
  task: Task,
  parameters: Float32Array,
  examples: Examples,
  engine: Engine,
): Promise<Float32Array[]> {
  await init("wasm");
  const { shape, classes, labels } = examples;
  const program = activationsProgram(task, { shape, classes });
  using loop = await engine.load(program);
  loop.start([], sliceParameters(structureOf(task, { shape, classes }).layout, parameters));
  const buffers = new BatchBuffers(examples, BATCH, 1);
  const rows = Int32Array.from(labels, (_, row) => row);
  const width = program.outputs[0].shape[1];
  const activations: Float32Array[] = [];
  for (let from = 0; from < rows.length; from += BATCH) {
    const to = Math.min(from + BATCH, rows.length);
    const [batch] = await loop.step(buffers.fill(rows, from, to));
    for (let k = 0; k < to - from; k++) {
      activations.push(Float32Array.from(batch.subarray(k * width, (k + 1) * width)));
    }
  }
  return activations;
}

function activationsProgram(task: Task, spec: DataSpec): Program {
  const { activations } = task;
  if (activations === undefined) {
    throw new InputError(
      "learn.task.activations",
      `Task "${task.name}" has no hidden layer to look at; give its definition "activations".`,
      { at: `task ${task.name}` },
    );
  }
  const { layout, assemble } = structureOf(task, spec);
  const specs = evaluationSpecs(task.name, layout, spec, BATCH);
  const zeros = layout.slices.map(({ shape }) => np.zeros([...shape]));
  const shape = activations(assemble(zeros), np.zeros([BATCH, ...spec.shape]), spec).shape;
  return {
    ...specs,
    outputs: [{ name: "activations", shape: [...shape], type: "float32" }],
    apply: (_, constants, [x]) => ({ carry: [], outputs: [activations(assemble(constants), x, spec)] }),
  };
}
