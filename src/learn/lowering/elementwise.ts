/** Elementwise operators on views: one memory layout is chosen for all operands, so that as little as possible moves. */
import { size } from "../../data/examples.ts";
import { broadcastShape } from "./arithmetic.ts";
import type { Graph, Value } from "./graph.ts";
import { reshape } from "./movement.ts";
import { arrange, arrangeCost, memoryOrder, type View, withRank } from "./view.ts";

/**
 * Applies `compute` to the operands in a common layout. Axes along which no operand changes stay lazy, so the
 * result may be smaller in memory than its shape.
 */
export function elementwise(
  graph: Graph,
  operands: readonly View[],
  compute: (graph: Graph, ...values: Value[]) => Value,
): View {
  const shape = broadcastShape(...operands.map((view) => view.shape));
  const views = operands.map((view) => withRank(view, shape.length));
  const real = shape.flatMap((_, i) => (views.some((view) => view.axes[i] >= 0) ? [i] : []));
  const least = commonOrder(views, real);
  // In the order of the trace, ones stay where the trace has them: fewer reshapes between neighbours.
  const sorted = least.every((axis, i) => i === 0 || axis > least[i - 1]);
  const order = sorted && real.length > 0 ? shape.map((_, i) => i).slice(real[0]) : least;
  const dims = order.map((i) => (real.includes(i) ? shape[i] : 1));
  const values = views.map((view) =>
    withoutLeadingOnes(graph, repeatInner(graph, arrange(graph, view, order), dims)),
  );
  const base = reshape(graph, compute(graph, ...values), dims);
  return { base, shape, axes: shape.map((_, i) => (real.includes(i) ? order.indexOf(i) : -1)) };
}

/** ONNX aligns shapes at their ends, so a bias needs no reshape. */
function withoutLeadingOnes(graph: Graph, value: Value): Value {
  const first = value.shape.findIndex((n) => n !== 1);
  return reshape(graph, value, first < 0 ? [] : value.shape.slice(first));
}

/** The order of the axes in memory that copies least; the order of the trace where several are equal. */
function commonOrder(views: readonly View[], real: readonly number[]): readonly number[] {
  const candidates = views.map(memoryOrder).filter((order) => order.length === real.length);
  let best = real;
  let least = Infinity;
  for (const order of [...candidates, real]) {
    const cost = views.reduce((sum, view) => sum + arrangeCost(view, order), 0);
    if (cost < least) [best, least] = [order, cost];
  }
  return best;
}

const longestRepeat = 8;

/**
 * ONNX Runtime is slow at broadcasting along a short innermost axis (the gradient of pooling: every window's value
 * goes to its 2x2 pixels); its nearest-neighbour `Resize` does the same ten times as fast.
 */
function repeatInner(graph: Graph, value: Value, dims: readonly number[]): Value {
  const rank = dims.length;
  const width = dims[rank - 1];
  const slow =
    rank >= 3 &&
    value.type === "float32" &&
    value.shape[rank - 1] === 1 &&
    value.shape[rank - 2] > 1 &&
    width > 1 &&
    width <= longestRepeat;
  if (!slow) return value;
  const twoWay = rank >= 4 && value.shape[rank - 3] === 1 && value.shape[rank - 4] > 1 && dims[rank - 3] > 1;
  const height = twoWay ? dims[rank - 3] : 1;
  const rows = twoWay ? value.shape[rank - 4] : 1;
  const columns = value.shape[rank - 2];
  const planes = size(value.shape) / (rows * columns);
  const image = reshape(graph, value, [1, planes, rows, columns]);
  const larger = graph.node("Resize", [image], {
    shape: [1, planes, rows * height, columns * width],
    type: value.type,
    attributes: {
      scales: [1, 1, height, width],
      mode: "nearest",
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: "floor",
    },
  });
  const repeated = [...value.shape.slice(0, -1), width];
  if (twoWay) repeated[rank - 3] = height;
  return reshape(graph, larger, repeated);
}
