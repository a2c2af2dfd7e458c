import { lowerPrediction } from "./lowering/prediction.ts";
import { structureOf } from "./parameters.ts";
import { sliceParameters } from "./slice-parameters.ts";
import type { DataSpec, Task } from "./task.ts";

/**
 * The bytes of `model.onnx`: the trained task as an ONNX model with the parameters inside, under the names that the
 * task gives them. One input, float32 [N, ...spec.shape] for any N; one output, the logits, float32 [N, classes].
 *
 * @throws InputError `learn.parameters.length` unless the vector fits the task, `learn.lowering.*` when `predict`
 * uses what ONNX lacks.
 */
export function exportOnnx(task: Task, spec: DataSpec, parameters: Float32Array): Uint8Array {
  const { layout, assemble } = structureOf(task, spec);
  const data = sliceParameters(layout, parameters);
  return lowerPrediction({
    name: task.name,
    parameters: layout.slices.map(({ name, shape }, i) => ({ name, shape, data: data[i] })),
    inputShape: spec.shape,
    apply: (arrays, x) => task.predict(assemble(arrays), x, spec),
  });
}
