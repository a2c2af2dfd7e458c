/** A trained model as an ONNX file: parameters inside, any number of examples at once. */
import type { numpy as np } from "@jax-js/jax";
import { InputError } from "../../errors.ts";
import type { TensorSpec } from "../engine.ts";
import { encodeModelOf, graphProto } from "./encode.ts";
import { Graph, reachable, type Value } from "./graph.ts";
import { lowerTrace } from "./lower.ts";
import { sameShape } from "./movement.ts";
import { optimize } from "./optimize.ts";
import { trace } from "./trace.ts";

export interface Prediction {
  /** Name of the graph in the file. */
  readonly name: string;
  /** In the order in which `apply` takes them; the file's initializers carry these names. */
  readonly parameters: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly data: Float32Array;
  }[];
  /** Shape of one example, without the batch. */
  readonly inputShape: readonly number[];
  /** (parameters, x float32 [B, ...inputShape]) to [B, ...]; traceable by jax-js. */
  readonly apply: (parameters: np.Array[], x: np.Array) => np.Array;
}

/**
 * Lowers a prediction to an ONNX file in the standard operator set, with the input `input` [batch, ...inputShape]
 * and the output `output` [batch, ...], where `batch` is free.
 *
 * The prediction is traced at two batch sizes. The two graphs must agree in everything but the sizes of reshapes
 * that grow in proportion to the batch; those are left to the runtime to infer. So a file that is written is right
 * for every batch.
 *
 * @throws InputError `learn.export.batch` when examples do not go through `apply` one by one (or what it does
 * with the batch cannot be written with a free size), and what `lower` throws.
 */
export function lowerPrediction(prediction: Prediction): Uint8Array {
  const [one, other] = [11, 13].map((batch) => lowerAt(prediction, batch));
  return encodeModelOf(
    graphProto(one.graph, {
      name: prediction.name,
      inputs: [one.input],
      outputs: [{ name: "output", value: freeBatch(prediction.name, one, other) }],
      parameters: one.parameters,
      batch: "batch",
    }),
  );
}

interface Lowered {
  readonly batch: number;
  readonly graph: Graph;
  readonly input: Value;
  readonly parameters: ReadonlyMap<Value, Float32Array>;
  readonly output: Value;
}

function lowerAt({ name, parameters, inputShape, apply }: Prediction, batch: number): Lowered {
  const x: TensorSpec = { name: "input", shape: [batch, ...inputShape], type: "float32" };
  const specs = parameters.map((p): TensorSpec => ({ name: p.name, shape: p.shape, type: "float32" }));
  const traced = trace([...specs, x], (args) => [apply(args.slice(0, -1), args[args.length - 1])]);
  const graph = new Graph();
  const leaves = [...specs, x].map((spec) =>
    graph.input(initializerName(spec.name, spec === x), spec.shape, spec.type),
  );
  const [output] = optimize(graph, lowerTrace(graph, name, traced, leaves));
  const held = new Map(parameters.map((p, i) => [leaves[i], p.data]));
  return { batch, graph, input: leaves[parameters.length], parameters: held, output };
}

/** A parameter must not take the name of the model's input or output. */
function initializerName(name: string, isInput: boolean): string {
  return !isInput && (name === "input" || name === "output") ? `parameter.${name}` : name;
}

/** The output of `one` with its batch-sized reshapes open, once `other` agrees with it. */
function freeBatch(name: string, one: Lowered, other: Lowered): Value {
  const fixed = () =>
    new InputError(
      "learn.export.batch",
      `${name} cannot be exported for any number of examples at once, since its prediction uses the batch size itself; let every example go through alone.`,
      { at: name },
    );
  const [a, b] = [reachable([one.output]), reachable([other.output])];
  const rows = [one, other].every(({ batch, output }) => output.shape[0] === batch);
  if (!rows || a.length !== b.length || !sameShape(one.output.shape.slice(1), other.output.shape.slice(1))) {
    throw fixed();
  }
  const positions = new Map(b.map((value, i) => [value, i]));
  const opened = new Map<Value, Value>();
  a.forEach((value, i) => {
    const twin = b[i];
    const sameOperands =
      value.inputs.length === twin.inputs.length &&
      value.inputs.every((operand, k) => {
        const peer = twin.inputs[k];
        return operand === null || peer === null ? operand === peer : a[positions.get(peer)!] === operand;
      });
    const alike =
      value.op === twin.op &&
      value.type === twin.type &&
      value.name === twin.name &&
      sameOperands &&
      sameData(value, twin);
    if (!alike) throw fixed();
    const attributes = openAttributes(value, twin, one.batch, other.batch);
    if (attributes === undefined) throw fixed();
    const { op, shape, type, output } = value;
    const inputs = value.inputs.map((operand) => (operand === null ? null : opened.get(operand)!));
    const leaf = op === "Input" || op === "Constant";
    opened.set(value, leaf ? value : one.graph.node(op, inputs, { shape, type, attributes, output }));
  });
  return opened.get(one.output)!;
}

function sameData(value: Value, twin: Value): boolean {
  const [a, b] = [value.data ?? [], twin.data ?? []];
  return a.length === b.length && a.every((x, i) => Object.is(x, b[i]));
}

/** Equal attributes as they are; a reshape's one batch-sized entry as -1; undefined where more depends on the batch. */
function openAttributes(
  value: Value,
  twin: Value,
  batch: number,
  twinBatch: number,
): Value["attributes"] | undefined {
  if (JSON.stringify(value.attributes) === JSON.stringify(twin.attributes)) return value.attributes;
  const [shape, twinShape] = [value.attributes.shape, twin.attributes.shape] as (readonly number[])[];
  if (value.op !== "Reshape" || shape.length !== twinShape.length) return undefined;
  const grown = shape.flatMap((n, axis) => (n === twinShape[axis] ? [] : [axis]));
  const [axis] = grown;
  if (grown.length !== 1 || shape[axis] * twinBatch !== twinShape[axis] * batch) return undefined;
  return { shape: shape.with(axis, -1) };
}
