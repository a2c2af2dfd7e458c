/** Writes a finished graph in ONNX's form. */
import { type Attribute, type ElementType, type Graph, reachable, type Value } from "./graph.ts";
import {
  type AttributeProto,
  attributeTypes,
  encodeModel,
  type GraphProto,
  irVersion,
  type NodeProto,
  onnxTypes,
  opsetVersion,
  type TensorProto,
  type ValueInfoProto,
} from "./onnx-schema.ts";

export interface NamedValue {
  readonly name: string;
  readonly value: Value;
}

export interface EncodeOptions {
  /** Name of the graph. */
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly NamedValue[];
  /** Inputs of the graph that the file itself supplies: parameters of an exported model. */
  readonly parameters?: ReadonlyMap<Value, Float32Array>;
  /** Writes the first dimension of inputs and outputs as this symbol in place of its number. */
  readonly batch?: string;
}

/** Attributes that ONNX takes as constant int64 inputs (`float` where noted), in the order of the inputs. */
const attributeInputs: Readonly<Record<string, readonly string[]>> = {
  Reshape: ["shape"],
  Expand: ["shape"],
  Slice: ["starts", "ends", "axes", "steps"],
  Pad: ["pads"],
  ReduceSum: ["axes"],
  ReduceProd: ["axes"],
  ReduceMax: ["axes"],
  ReduceMin: ["axes"],
  TopK: ["k"],
  Resize: ["scales"],
};

/** The bytes of a model whose graph this is. */
export function encodeModelOf(graph: GraphProto): Uint8Array {
  const opsetImport = [{ domain: "", version: opsetVersion }];
  return encodeModel({ irVersion, producerName: "coterie", opsetImport, graph });
}

export function graphProto(graph: Graph, options: EncodeOptions): GraphProto {
  const order = reachable(options.outputs.map(({ value }) => value));
  const names = nameValues(order, options);
  const node: NodeProto[] = [];
  const initializer = new Map<Value, TensorProto>();
  const nameOf = (value: Value): string => {
    if (value.op === "Constant" && !initializer.has(value)) {
      const name = `/c${initializer.size}`;
      initializer.set(value, tensor(value, value.data!, name));
      names.set(value, name);
    }
    return names.get(value)!;
  };
  for (const [value, data] of options.parameters ?? [])
    initializer.set(value, tensor(value, data, value.name!));
  for (const value of order) {
    if (value.op === "Input" || value.op === "Constant") continue;
    addNode(node, nodeOf(graph, value, names, nameOf), value);
  }
  const taken = new Set(
    options.outputs.filter(({ name, value }) => names.get(value) === name).map(({ name }) => name),
  );
  for (const { name, value } of options.outputs) {
    if (taken.has(name)) continue;
    node.push({
      input: [nameOf(value)],
      output: [name],
      name: `/copy-${name}`,
      opType: "Identity",
      attribute: [],
    });
  }
  return {
    node,
    name: options.name,
    initializer: [...initializer.values()],
    input: options.inputs.map((value) => valueInfo(value, value.name!, options.batch)),
    output: options.outputs.map(({ name, value }) => valueInfo(value, name, options.batch)),
  };
}

/** An output's own name where it has a node to itself; a number otherwise. */
function nameValues(order: readonly Value[], options: EncodeOptions): Map<Value, string> {
  const names = new Map<Value, string>();
  for (const { name, value } of options.outputs) {
    if (value.op !== "Input" && value.op !== "Constant" && !names.has(value)) names.set(value, name);
  }
  for (const value of order) if (!names.has(value)) names.set(value, value.name ?? `/v${value.id}`);
  return names;
}

function nodeOf(
  graph: Graph,
  value: Value,
  names: Map<Value, string>,
  nameOf: (value: Value) => string,
): NodeProto {
  const asInputs = attributeInputs[value.op] ?? [];
  const extra = asInputs.map((name) => {
    const data = value.attributes[name] as readonly number[];
    return nameOf(graph.constant(data, [data.length], value.op === "Resize" ? "float32" : "int64"));
  });
  const input = [...value.inputs.map((operand) => (operand === null ? "" : nameOf(operand))), ...extra];
  if (value.op === "Resize") input.splice(1, 0, "");
  return {
    input,
    output: [names.get(value)!],
    name: names.get(value)!,
    opType: value.op,
    attribute: Object.entries(value.attributes)
      .filter(([name]) => !asInputs.includes(name))
      .map(([name, attribute]) => attributeOf(name, attribute)),
  };
}

/** The two outputs of a TopK are two values here, but one node in the file. */
function addNode(nodes: NodeProto[], node: NodeProto, value: Value): void {
  if (value.op === "TopK") {
    const twin = nodes.find(({ opType, input }) => opType === "TopK" && input.join() === node.input.join());
    const [name] = node.output;
    node = twin ?? { ...node, output: [`${name}-values`, `${name}-indices`] };
    node.output[value.output] = name;
    if (twin !== undefined) return;
  }
  nodes.push(node);
}

function attributeOf(name: string, attribute: Attribute): AttributeProto {
  if (name === "to") return { name, i: onnxTypes[attribute as "float32"], type: attributeTypes.int };
  if (typeof attribute === "number") return { name, i: attribute, type: attributeTypes.int };
  if (typeof attribute === "string") {
    return { name, s: new TextEncoder().encode(attribute), type: attributeTypes.string };
  }
  if ("float" in attribute) return { name, f: attribute.float, type: attributeTypes.float };
  return { name, ints: [...attribute], type: attributeTypes.ints };
}

function tensor({ shape, type }: Value, data: ArrayLike<number>, name: string): TensorProto {
  return { dims: [...shape], dataType: onnxTypes[type], name, rawData: rawData(type, data) };
}

/** Little-endian bytes, as the format wants them. */
function rawData(type: ElementType, data: ArrayLike<number>): Uint8Array {
  const width = { float32: 4, int32: 4, int64: 8, bool: 1 }[type];
  const bytes = new Uint8Array(data.length * width);
  const out = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) {
    if (type === "float32") out.setFloat32(i * 4, data[i], true);
    else if (type === "int32") out.setInt32(i * 4, data[i], true);
    else if (type === "int64") out.setBigInt64(i * 8, BigInt(data[i]), true);
    else out.setUint8(i, data[i]);
  }
  return bytes;
}

function valueInfo(value: Value, name: string, batch: string | undefined): ValueInfoProto {
  const dim = value.shape.map((dimValue, axis) =>
    axis === 0 && batch !== undefined ? { dimParam: batch } : { dimValue },
  );
  return { name, type: { tensorType: { elemType: onnxTypes[value.type], shape: { dim } } } };
}
