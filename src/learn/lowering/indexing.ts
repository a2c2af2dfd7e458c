/** Reading and writing at indices, and sorting. */
import { size } from "../../data/examples.ts";
import { add, broadcastShape, cast, mul } from "./arithmetic.ts";
import { elementwise } from "./elementwise.ts";
import type { Graph, Value } from "./graph.ts";
import { expand, reshape } from "./movement.ts";
import { dense, reshapeView, transposeView, type View, viewOf } from "./view.ts";

/**
 * x at `indices`, one array of indices per axis in `axes`, broadcast against each other; their axes stand in the
 * result from `outDim` on. Several indexed axes are first joined into one.
 */
export function gather(
  graph: Graph,
  x: View,
  indices: readonly View[],
  axes: readonly number[],
  outDim: number,
): View {
  const kept = x.shape.flatMap((_, i) => (axes.includes(i) ? [] : [i]));
  const front = reshapeView(graph, transposeView(x, [...axes, ...kept]), [
    size(axes.map((i) => x.shape[i])),
    ...kept.map((i) => x.shape[i]),
  ]);
  const index = flatIndex(
    graph,
    indices,
    axes.map((i) => x.shape[i]),
  );
  const rest = kept.map((i) => x.shape[i]);
  const picked = graph.node("Gather", [dense(graph, front), index], {
    shape: [...index.shape, ...rest],
    type: x.base.type,
    attributes: { axis: 0 },
  });
  const rank = index.shape.length;
  const indexAxes = index.shape.map((_, i) => i);
  const restAxes = rest.map((_, i) => rank + i);
  const perm = [...restAxes.slice(0, outDim), ...indexAxes, ...restAxes.slice(outDim)];
  return transposeView(viewOf(picked), perm);
}

/** Row-major position in an array of shape `dims`; negative indices are not wrapped. */
function flatIndex(graph: Graph, indices: readonly View[], dims: readonly number[]): Value {
  const shape = broadcastShape(...indices.map((index) => index.shape));
  const flat = indices.reduce<View | undefined>((position, index, i) => {
    if (position === undefined) return index;
    return elementwise(graph, [position, index], (g, p, q) =>
      add(g, mul(g, p, g.scalar(dims[i], "int32")), q),
    );
  }, undefined)!;
  const rows = dense(graph, flat);
  return expand(
    graph,
    reshape(graph, rows, [...new Array(shape.length - rows.shape.length).fill(1), ...rows.shape]),
    shape,
  );
}

export interface ScatterParameters {
  readonly op: "update" | "add";
  readonly shape: readonly number[];
  readonly axis: readonly number[];
  readonly outDim: number;
}

/** The transpose of `gather`: zeros of the given shape, with the updates written (or added) at the indices. */
export function scatter(
  graph: Graph,
  updates: View,
  indices: readonly View[],
  { op, shape, axis: axes, outDim }: ScatterParameters,
): View {
  const kept = shape.flatMap((_, i) => (axes.includes(i) ? [] : [i]));
  const dims = axes.map((i) => shape[i]);
  const index = flatIndex(graph, indices, dims);
  const rank = index.shape.length;
  // Index axes to the front, then one row per index.
  const others = updates.shape.flatMap((_, i) => (i >= outDim && i < outDim + rank ? [] : [i]));
  const rest = kept.map((i) => shape[i]);
  const rows = size(index.shape);
  const ordered = transposeView(updates, [...index.shape.map((_, i) => outDim + i), ...others]);
  const type = updates.base.type;
  const flat = reshape(graph, dense(graph, ordered), [rows, ...rest]);
  const full = [size(dims), ...rest];
  const zeros = expand(
    graph,
    reshape(
      graph,
      graph.scalar(0, type),
      full.map(() => 1),
    ),
    full,
  );
  const positions = cast(graph, reshape(graph, index, [rows, 1]), "int64");
  const written = graph.node("ScatterND", [zeros, positions, flat], {
    shape: full,
    type,
    attributes: op === "add" ? { reduction: "add" } : {},
  });
  const spread = viewOf(reshape(graph, written, [...dims, ...rest]));
  // From [indexed axes, kept axes] back to the order of the trace.
  const from = [...axes, ...kept];
  return transposeView(
    spread,
    shape.map((_, i) => from.indexOf(i)),
  );
}

/** Ascending along the last axis. */
export function sort(graph: Graph, x: View): View {
  return argsort(graph, x)[0];
}

/** Sorted values and their positions along the last axis; equal entries keep their order. */
export function argsort(graph: Graph, x: View): [View, View] {
  const rows = dense(graph, x);
  const axis = rows.shape.length - 1;
  const attributes = { k: [rows.shape[axis]], axis, largest: 0, sorted: 1 };
  const values = graph.node("TopK", [rows], { shape: rows.shape, type: rows.type, attributes });
  const indices = graph.node("TopK", [rows], { shape: rows.shape, type: "int64", attributes, output: 1 });
  return [viewOf(values), viewOf(cast(graph, indices, "int32"))];
}
