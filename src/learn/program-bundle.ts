/**
 * Everything that a client needs to train a task whose source it never sees: where the parameters lie, what the
 * data must look like, and the training step and the evaluation as ONNX models.
 *
 * The server makes a bundle with `create-program-bundle.ts`. This file, which clients need, does without jax-js.
 * On the wire a bundle is a safetensors file of three byte tensors: the two models, and a small JSON description
 * from which everything else about the programs follows, so that the parts cannot contradict each other.
 */
import { size } from "../data/examples.ts";
import { parseScannedJson, scanJson } from "../runtime/wire/bounded-json.ts";
import { quoted } from "../runtime/wire/frame-error.ts";
import { decodeSafetensors, encodeSafetensors } from "../runtime/wire/safetensors.ts";
import { type BundleDescription, checkedDescription, malformed } from "./bundle-description.ts";
import type { ParameterLayout } from "./layout.ts";
import type { LoweredProgram } from "./lowered-program.ts";
import { evaluationSpecs, trainingSpecs } from "./program-specs.ts";
import type { DataSpec } from "./task.ts";
import type { LocalWork } from "./training.ts";

/** Plain data; crosses into workers unchanged. */
export interface ProgramBundle {
  /** Name of the task. */
  readonly task: string;
  readonly layout: ParameterLayout;
  /** What the examples are like that the programs take. */
  readonly data: DataSpec;
  /** The work that the training step was built for. */
  readonly work: LocalWork;
  /** Whether the training step takes a SCAFFOLD correction. */
  readonly corrected: boolean;
  readonly training: LoweredProgram;
  readonly evaluation: LoweredProgram;
}

const MAX_DESCRIPTION_BYTES = 2 ** 20;
const MAX_DEPTH = 6;

/**
 * The bytes of a bundle.
 *
 * @throws InputError `learn.bundle.format` when clients would refuse the bundle, for one whose batches are too large.
 */
export function encodeProgramBundle({
  task,
  layout,
  data,
  work,
  corrected,
  training,
  evaluation,
}: ProgramBundle): Uint8Array<ArrayBuffer> {
  const named = ({ name, shape }: { name: string; shape: readonly number[] }) => ({ name, shape });
  const json = checkedDescription({
    format: 1,
    task,
    data,
    parameters: layout.slices.map(named),
    work,
    corrected,
    state: training.carry.slice(layout.slices.length).map(named),
    evaluationBatch: evaluation.inputs[0].shape[0],
  });
  const parts = {
    "bundle.json": new TextEncoder().encode(JSON.stringify(json)),
    "training.onnx": training.model,
    "evaluation.onnx": evaluation.model,
  };
  return encodeSafetensors(
    Object.entries(parts).map(([name, bytes]) => ({ name, shape: [bytes.length], data: bytes })),
  );
}

/**
 * The bundle in bytes from anyone; its models are views of `bytes`. What the models compute is not looked at: an
 * engine that opens them must not let them reach beyond their inputs.
 *
 * @throws InputError `learn.bundle.format` when the bytes hold something else than a bundle; FrameError when they are
 * no safetensors file or their JSON is not what JSON from strangers may be.
 */
export function decodeProgramBundle(bytes: Uint8Array): ProgramBundle {
  const parts = new Map(decodeSafetensors(bytes).tensors.map(({ name, data }) => [name, data]));
  const part = (name: string): Uint8Array => {
    const data = parts.get(name);
    if (data instanceof Uint8Array) return data;
    throw malformed(`lacks its part ${quoted(name)}`);
  };
  const json = part("bundle.json");
  const [training, evaluation] = [part("training.onnx"), part("evaluation.onnx")];
  if (parts.size > 3) throw malformed("has parts that this release does not know");
  if (json.length > MAX_DESCRIPTION_BYTES) {
    throw malformed(`describes itself in ${json.length} bytes, more than ${MAX_DESCRIPTION_BYTES}`);
  }
  return assemble(
    checkedDescription(parseScannedJson(json, scanJson(json, MAX_DEPTH))),
    training,
    evaluation,
  );
}

function assemble(
  { task, data, parameters, work, corrected, state, evaluationBatch }: BundleDescription,
  training: Uint8Array,
  evaluation: Uint8Array,
): ProgramBundle {
  const layout = layoutOfShapes(parameters);
  const moments = state.map(({ name, shape }) => ({ name, shape, type: "float32" as const }));
  return {
    task,
    layout,
    data,
    work,
    corrected,
    training: {
      ...trainingSpecs(task, layout, data, { ...work, corrected }, moments),
      model: training,
    },
    evaluation: { ...evaluationSpecs(task, layout, data, evaluationBatch), model: evaluation },
  };
}

function layoutOfShapes(parameters: BundleDescription["parameters"]): ParameterLayout {
  let length = 0;
  const slices = parameters.map(({ name, shape }) => {
    const slice = { name, shape, offset: length, length: size(shape) };
    length += slice.length;
    return slice;
  });
  return { slices, length };
}
