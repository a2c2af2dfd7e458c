/** Models as safetensors files: one float32 tensor per parameter, under the names that the task gives them. */
import { InputError } from "../errors.ts";
import { decodeSafetensors, encodeSafetensors } from "../runtime/wire/safetensors.ts";
import type { ParameterLayout } from "./layout.ts";
import { sliceParameters } from "./slice-parameters.ts";

/**
 * The bytes of `model.safetensors`. `metadata` goes into the file's header (task, run, seed, ...).
 *
 * @throws InputError `learn.parameters.length` unless the vector fits the layout.
 */
export function exportSafetensors(
  layout: ParameterLayout,
  parameters: Float32Array,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const data = sliceParameters(layout, parameters);
  const tensors = layout.slices.map(({ name, shape }, i) => ({ name, shape, data: data[i] }));
  return encodeSafetensors(tensors, metadata);
}

/** The same for the own models of several parties in one file: names are `party/parameter`. Throws likewise. */
export function exportOwnModels(
  layout: ParameterLayout,
  models: ReadonlyMap<string, Float32Array>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const tensors = [...models].flatMap(([party, parameters]) => {
    const data = sliceParameters(layout, parameters);
    return layout.slices.map(({ name, shape }, i) => ({ name: `${party}/${name}`, shape, data: data[i] }));
  });
  return encodeSafetensors(tensors, metadata);
}

/**
 * The flat parameters of a model file, which must hold the layout's tensors and no others, in any order.
 *
 * @throws InputError `learn.model.mismatch` when a tensor is missing, superfluous or of another shape or type;
 * FrameError when the bytes are no safetensors file.
 */
export function importSafetensors(
  layout: ParameterLayout,
  bytes: Uint8Array,
): { parameters: Float32Array; metadata: Readonly<Record<string, string>> } {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const parameters = new Float32Array(layout.length);
  for (const { name, shape, offset } of layout.slices) {
    const tensor = byName.get(name);
    if (tensor === undefined) throw mismatch(`lacks the tensor "${name}"`);
    if (!(tensor.data instanceof Float32Array) || String(tensor.shape) !== String(shape)) {
      throw mismatch(`has "${name}" as [${tensor.shape}], where float32 [${shape}] is needed`);
    }
    parameters.set(tensor.data, offset);
    byName.delete(name);
  }
  const [extra] = byName.keys();
  if (extra !== undefined) throw mismatch(`has the tensor "${extra}", which the task does not know`);
  return { parameters, metadata };
}

function mismatch(what: string): InputError {
  return new InputError("learn.model.mismatch", `The model file ${what}; was it made by another task?`);
}
