/** Rewrites of the finished graph that need to know all users of a value. */
import { size } from "../../data/examples.ts";
import { type Graph, reachable, scalarOf, useCounts, type Value } from "./graph.ts";
import { reshape, sameShape, transpose } from "./movement.ts";
import { expandPatches } from "./patches.ts";

/** Applies every rewrite in its order; the outputs keep their meaning. */
export function optimize(graph: Graph, outputs: readonly Value[]): Value[] {
  return [sharePatches, writeOutPatches, fuseDivisions, fuseProducts, keepReducedAxes].reduce<
    readonly Value[]
  >((values, pass) => pass(graph, values), outputs) as Value[];
}

type Pass = (graph: Graph, outputs: readonly Value[]) => Value[];

/** Rebuilds the graph bottom up; `change` sees each node with its operands already rebuilt. */
function rebuild(
  graph: Graph,
  outputs: readonly Value[],
  change: (rebuilt: Value, original: Value) => Value,
): Value[] {
  const rebuilt = new Map<Value, Value>();
  for (const value of reachable(outputs)) {
    const inputs = value.inputs.map((operand) => (operand === null ? null : rebuilt.get(operand)!));
    const same = inputs.every((operand, i) => operand === value.inputs[i]);
    const { op, shape, type, attributes, output } = value;
    const copy = same ? value : graph.node(op, inputs, { shape, type, attributes, output });
    rebuilt.set(value, change(copy, value));
  }
  return outputs.map((value) => rebuilt.get(value)!);
}

/** A forward convolution whose patches exist anyway, for its kernel's gradient, becomes a matrix product with them. */
const sharePatches: Pass = (graph, outputs) => {
  const known = new Map<string, Value>();
  const key = (image: Value, ...parameters: unknown[]) => `${image.id} ${JSON.stringify(parameters)}`;
  for (const value of reachable(outputs)) {
    if (value.op !== "Patches") continue;
    const { window, dilations, strides, counts, pads } = value.attributes;
    known.set(key(value.inputs[0]!, window, dilations, strides, counts, pads), value);
  }
  return rebuild(graph, outputs, (value, original) => {
    if (value.op !== "Conv" || value.attributes.group !== 1 || value.inputs.length !== 2) return value;
    const { kernel_shape, dilations, strides, pads } = value.attributes;
    const counts = value.shape.slice(2);
    const columns = known.get(key(original.inputs[0]!, kernel_shape, dilations, strides, counts, pads));
    if (columns === undefined) return value;
    const { shape, type, attributes } = columns;
    const rebuilt = graph.node("Patches", [value.inputs[0]], { shape, type, attributes });
    return convByPatches(graph, value.inputs[1]!, rebuilt, value.shape);
  });
};

function convByPatches(graph: Graph, kernel: Value, columns: Value, shape: readonly number[]): Value {
  const taps = columns.shape[1];
  const order = [0, ...kernel.shape.slice(2).map((_, i) => 2 + i), 1];
  const weights = reshape(graph, transpose(graph, kernel, order), [kernel.shape[0], taps]);
  const product = graph.node("MatMul", [weights, columns], {
    shape: [shape[0], shape[1], columns.shape[2]],
    type: "float32",
  });
  return reshape(graph, product, shape);
}

const writeOutPatches: Pass = (graph, outputs) =>
  rebuild(graph, outputs, (value) => (value.op === "Patches" ? expandPatches(graph, value) : value));

/** x * (1 / y) with the reciprocal used once becomes x / y. */
const fuseDivisions: Pass = (graph, outputs) => {
  const uses = useCounts(outputs);
  return rebuild(graph, outputs, (value, original) => {
    if (value.op !== "Mul") return value;
    const i = original.inputs.findIndex((x) => x!.op === "Reciprocal" && uses.get(x!) === 1);
    const divisor = value.inputs[i];
    if (i < 0 || divisor?.op !== "Reciprocal" || !sameShape(divisor.shape, value.shape)) return value;
    return graph.node("Div", [value.inputs[1 - i]!, divisor.inputs[0]!], {
      shape: value.shape,
      type: value.type,
    });
  });
};

/**
 * Scalars and sums after a matrix product, used nowhere else, move into the product: alpha A B + C is one pass
 * where w - rate * (A B) would be three over arrays as large as the weights.
 */
const fuseProducts: Pass = (graph, outputs) => {
  const uses = useCounts(outputs);
  const single = (value: Value) => uses.get(value) === 1;
  return rebuild(graph, outputs, (value, original) => {
    const product = (i: number) =>
      original.inputs[i]?.op !== "Constant" && single(original.inputs[i]!) && openGemm(value.inputs[i]!);
    if (value.op === "Neg" && product(0)) return scaled(graph, value.inputs[0]!, -1);
    if (value.op === "Mul") {
      for (const i of [0, 1]) {
        const factor = scalarOf(value.inputs[1 - i]!);
        if (factor !== undefined && value.inputs[1 - i]!.shape.length === 0 && product(i)) {
          return scaled(graph, value.inputs[i]!, factor);
        }
      }
    }
    if (value.op === "Add" || value.op === "Sub") {
      for (const i of [1, 0]) {
        const addend = value.inputs[1 - i]!;
        if (!product(i) || !fitsProduct(addend, value.shape)) continue;
        if (value.op === "Sub" && i === 0) continue;
        const gemm = value.op === "Sub" ? scaled(graph, value.inputs[i]!, -1) : value.inputs[i]!;
        return graph.node("Gemm", [...gemm.inputs, addend], {
          shape: gemm.shape,
          type: gemm.type,
          attributes: gemm.attributes,
        });
      }
    }
    return value;
  });
};

/** A reduction used only with ones in the place of its axes keeps them by itself. */
const keepReducedAxes: Pass = (graph, outputs) => {
  const uses = useCounts(outputs);
  return rebuild(graph, outputs, (value, original) => {
    const reduction = value.inputs[0];
    if (value.op !== "Reshape" || !reduction?.op.startsWith("Reduce") || uses.get(original.inputs[0]!) !== 1)
      return value;
    const axes = reduction.attributes.axes as readonly number[];
    const kept = reduction.inputs[0]!.shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
    if (!sameShape(kept, value.shape)) return value;
    const attributes = { ...reduction.attributes, keepdims: 1 };
    return graph.node(reduction.op, reduction.inputs, { shape: kept, type: value.type, attributes });
  });
};

function openGemm(value: Value): boolean {
  return value.op === "Gemm" && value.inputs.length === 2;
}

function scaled(graph: Graph, gemm: Value, factor: number): Value {
  const { float } = gemm.attributes.alpha as { float: number };
  const attributes = { ...gemm.attributes, alpha: { float: Math.fround(float * factor) } };
  return graph.node("Gemm", gemm.inputs, { shape: gemm.shape, type: gemm.type, attributes });
}

/** Whether ONNX can broadcast the addend to the product's [rows, columns]. */
function fitsProduct(addend: Value, shape: readonly number[]): boolean {
  if (addend.shape.length > 2 || size(addend.shape) > size(shape)) return false;
  return addend.shape.toReversed().every((n, i) => n === 1 || n === shape[shape.length - 1 - i]);
}
