/** Matrix products out of jax-js's `dot`, the sum over the last axis of a broadcast product. */
import { size } from "../../data/examples.ts";
import { broadcastShape, mul } from "./arithmetic.ts";
import { elementwise } from "./elementwise.ts";
import type { Graph, Value } from "./graph.ts";
import { reshape, transpose } from "./movement.ts";
import { reduceView } from "./reduce.ts";
import { arrange, memoryOrder, type View, withRank } from "./view.ts";

/**
 * Sorts the axes of the result into those that both operands have (batch), those of `x` alone (rows) and those of
 * `y` alone (columns). Without batch axes the product is one `Gemm`, whose transposition flags absorb either order
 * of each operand in memory; with them it is a batched `MatMul`.
 */
export function dot(graph: Graph, left: View, right: View): View {
  const rank = Math.max(left.shape.length, right.shape.length);
  const [x, y] = [withRank(left, rank), withRank(right, rank)];
  const inner = rank - 1;
  const outer = broadcastShape(x.shape, y.shape).slice(0, inner);
  const contracts = x.axes[inner] >= 0 && y.axes[inner] >= 0 && x.base.type === "float32";
  const batch = outer.flatMap((_, i) => (x.axes[i] >= 0 && y.axes[i] >= 0 ? [i] : []));
  const rows = memoryOrder(x).filter((i) => i !== inner && !batch.includes(i));
  const columns = memoryOrder(y).filter((i) => i !== inner && !batch.includes(i));
  if (!contracts || (batch.length > 0 && rows.length === 0 && columns.length === 0)) {
    return reduceView(graph, elementwise(graph, [x, y], mul), "Add", [inner]);
  }
  const sizes = (axes: readonly number[]) => axes.map((i) => outer[i]);
  const product =
    batch.length === 0
      ? gemm(graph, matrix(graph, x, rows, inner), matrix(graph, y, columns, inner))
      : graph.node(
          "MatMul",
          [
            stack(graph, arrange(graph, x, [...batch, ...rows, inner]), sizes(batch), size(sizes(rows))),
            turned(
              graph,
              stack(
                graph,
                arrange(graph, y, [...batch, ...columns, inner]),
                sizes(batch),
                size(sizes(columns)),
              ),
            ),
          ],
          { shape: [...sizes(batch), size(sizes(rows)), size(sizes(columns))], type: "float32" },
        );
  const order = [...batch, ...rows, ...columns];
  const base = reshape(graph, product, sizes(order));
  return { base, shape: outer, axes: outer.map((_, i) => order.indexOf(i)) };
}

/** [free, inner] as it lies in memory: plain, or the transpose of what lies there. */
interface Matrix {
  readonly value: Value;
  readonly transposed: boolean;
}

function matrix(graph: Graph, view: View, free: readonly number[], inner: number): Matrix {
  const rows = size(free.map((i) => view.shape[i]));
  const depth = view.shape[inner];
  const innerFirst = free.length > 0 && memoryOrder(view)[0] === inner;
  return innerFirst
    ? { value: reshape(graph, arrange(graph, view, [inner, ...free]), [depth, rows]), transposed: true }
    : { value: reshape(graph, arrange(graph, view, [...free, inner]), [rows, depth]), transposed: false };
}

/** x y^T of two matrices with equal inner axes. */
function gemm(graph: Graph, x: Matrix, y: Matrix): Value {
  const rows = x.value.shape[x.transposed ? 1 : 0];
  const columns = y.value.shape[y.transposed ? 1 : 0];
  return graph.node("Gemm", [x.value, y.value], {
    shape: [rows, columns],
    type: "float32",
    attributes: { transA: Number(x.transposed), transB: Number(!y.transposed), alpha: { float: 1 } },
  });
}

function stack(graph: Graph, value: Value, batch: readonly number[], rows: number): Value {
  return reshape(graph, value, [...batch, rows, value.shape[value.shape.length - 1]]);
}

/** Last two axes exchanged. */
function turned(graph: Graph, value: Value): Value {
  const rank = value.shape.length;
  const perm = value.shape.map((_, i) => i);
  [perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2];
  return transpose(graph, value, perm);
}
