/**
 * Sums, products and extremes over axes. ONNX Runtime's maxima and minima over axes pass over NaN where jax-js's
 * answer NaN; sums and everything elementwise agree.
 */
import { size } from "../../data/examples.ts";
import { cast, mul, scale } from "./arithmetic.ts";
import type { Graph, Value } from "./graph.ts";
import { reshape } from "./movement.ts";
import { memoryOrder, type View } from "./view.ts";

export type Reduction = "Add" | "Mul" | "Max" | "Min";
const onnxReduction = { Add: "ReduceSum", Mul: "ReduceProd", Max: "ReduceMax", Min: "ReduceMin" } as const;

/** Reduces over `axes` of the array; the result has no such axes. */
export function reduceView(graph: Graph, view: View, op: Reduction, axes: readonly number[]): View {
  const shape = view.shape.filter((_, i) => !axes.includes(i));
  const memory = memoryOrder(view);
  const compact = reshape(
    graph,
    view.base,
    memory.map((i) => view.shape[i]),
  );
  const gone = memory.flatMap((axis, i) => (axes.includes(axis) ? [i] : []));
  const kept = memory.filter((axis) => !axes.includes(axis));
  const sum = reduceValue(graph, compact, op, gone);
  // Along a lazy axis all n entries are the same: n * x, x^n, or x.
  const copies = size(axes.filter((i) => view.axes[i] < 0).map((i) => view.shape[i]));
  const base = repeatReduced(graph, sum, op, copies);
  const remaining = view.shape.flatMap((_, i) => (axes.includes(i) ? [] : [i]));
  return { base, shape, axes: remaining.map((i) => kept.indexOf(i)) };
}

function repeatReduced(graph: Graph, x: Value, op: Reduction, copies: number): Value {
  if (copies === 1 || op === "Max" || op === "Min" || x.type === "bool") return x;
  if (op === "Add") {
    return x.type === "float32" ? scale(graph, x, copies) : mul(graph, x, graph.scalar(copies, x.type));
  }
  return graph.node("Pow", [x, graph.scalar(copies, x.type)], { shape: x.shape, type: x.type });
}

function reduceValue(graph: Graph, x: Value, op: Reduction, axes: readonly number[]): Value {
  if (axes.length === 0) return x;
  if (x.type === "bool") {
    // `any` is a maximum, `all` a minimum; ONNX Runtime reduces numbers only.
    const any = op === "Max" || op === "Add";
    return cast(graph, reduceValue(graph, cast(graph, x, "int32"), any ? "Max" : "Min", axes), "bool");
  }
  const pooled = reduceWindows(graph, x, op, axes);
  if (pooled !== undefined) return pooled;
  return graph.node(onnxReduction[op], [x], {
    shape: x.shape.filter((_, i) => !axes.includes(i)),
    type: x.type,
    attributes: { axes, keepdims: 0 },
  });
}

const widestWindow = 16;

/**
 * Reducing [..., rows, height, columns, width] over height and width, both short, is a pooling of the image
 * [..., rows * height, columns * width], for which ONNX Runtime has much faster code.
 */
function reduceWindows(graph: Graph, x: Value, op: Reduction, axes: readonly number[]): Value | undefined {
  const rank = x.shape.length;
  const width = x.shape[rank - 1];
  if ((op !== "Max" && op !== "Add") || x.type !== "float32" || rank < 3) return undefined;
  if (width > widestWindow || !axes.includes(rank - 1)) return undefined;
  const twoWay =
    axes.length === 2 && axes.includes(rank - 3) && rank >= 4 && x.shape[rank - 3] <= widestWindow;
  if (!twoWay && axes.length !== 1) return undefined;
  const height = twoWay ? x.shape[rank - 3] : 1;
  const rows = twoWay ? x.shape[rank - 4] : 1;
  const columns = x.shape[rank - 2];
  const planes = size(x.shape) / (rows * height * columns * width);
  const image = reshape(graph, x, [1, planes, rows * height, columns * width]);
  const pooled = graph.node(op === "Max" ? "MaxPool" : "AveragePool", [image], {
    shape: [1, planes, rows, columns],
    type: x.type,
    attributes: { kernel_shape: [height, width], strides: [height, width] },
  });
  const flat = reshape(
    graph,
    pooled,
    x.shape.filter((_, i) => !axes.includes(i)),
  );
  return op === "Max" ? flat : scale(graph, flat, height * width);
}
