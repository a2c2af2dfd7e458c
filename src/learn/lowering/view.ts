/**
 * A view is what the lowering knows of an array of the trace: a value in memory, and how the array's axes lie in
 * it. Transposes, broadcasts and reshapes that only insert or drop ones are changes of the view and cost nothing;
 * the operator that finally computes with the array chooses a layout that needs no copy where there is one.
 */
import { size } from "../../data/examples.ts";
import type { Graph, Value } from "./graph.ts";
import { expand, reshape, transpose, transposesFreely } from "./movement.ts";

export interface View {
  readonly base: Value;
  /** Shape of the array of the trace. */
  readonly shape: readonly number[];
  /**
   * For each axis of the array the axis of `base` that holds it, or -1 where all entries along it are the same.
   * Every axis of `base` longer than 1 appears exactly once; axes of size 1 are always -1.
   */
  readonly axes: readonly number[];
}

export function viewOf(base: Value): View {
  return { base, shape: base.shape, axes: base.shape.map((n, axis) => (n === 1 ? -1 : axis)) };
}

export function transposeView(view: View, perm: readonly number[]): View {
  return { base: view.base, shape: perm.map((i) => view.shape[i]), axes: perm.map((i) => view.axes[i]) };
}

/** Inserts `added` axes; remaining axes of size 1 may grow. */
export function broadcastView(view: View, shape: readonly number[], added: readonly number[]): View {
  let next = 0;
  return { base: view.base, shape, axes: shape.map((_, i) => (added.includes(i) ? -1 : view.axes[next++])) };
}

/** The same array with ones in front, up to the rank. */
export function withRank(view: View, rank: number): View {
  const missing = rank - view.shape.length;
  return {
    base: view.base,
    shape: [...new Array<number>(missing).fill(1), ...view.shape],
    axes: [...new Array<number>(missing).fill(-1), ...view.axes],
  };
}

/** The array's axes that lie in memory, in memory order (outermost first). */
export function memoryOrder(view: View): number[] {
  const real = view.axes.flatMap((axis, i) => (axis >= 0 ? [i] : []));
  return real.sort((a, b) => view.axes[a] - view.axes[b]);
}

/**
 * The array in memory with its axes in the given order: a value of rank `order.length` with ones for axes along
 * which all entries are the same. `order` must name every axis that lies in memory.
 */
export function arrange(graph: Graph, view: View, order: readonly number[]): Value {
  const memory = memoryOrder(view);
  const compact = reshape(
    graph,
    view.base,
    memory.map((i) => view.shape[i]),
  );
  const real = order.filter((i) => view.axes[i] >= 0);
  const turned = transpose(
    graph,
    compact,
    real.map((i) => memory.indexOf(i)),
  );
  return reshape(
    graph,
    turned,
    order.map((i) => (view.axes[i] >= 0 ? view.shape[i] : 1)),
  );
}

/** Entries that must be copied to bring the axes in memory into the given order. */
export function arrangeCost(view: View, order: readonly number[]): number {
  const memory = memoryOrder(view);
  const real = order.filter((i) => view.axes[i] >= 0);
  if (memory.every((axis, i) => axis === real[i])) return 0;
  return transposesFreely(view.base) && memory.length === view.base.shape.length ? 0 : size(view.base.shape);
}

/** The whole array, entry by entry, in row-major order. */
export function dense(graph: Graph, view: View): Value {
  const every = view.shape.map((_, i) => i);
  return expand(graph, arrange(graph, view, every), view.shape);
}

/** Undoes the laziness of the given axes only. */
function realize(graph: Graph, view: View, axes: readonly number[]): View {
  const every = view.shape.map((_, i) => i);
  const grown = every.map((i) => (view.axes[i] >= 0 || axes.includes(i) ? view.shape[i] : 1));
  const base = expand(graph, arrange(graph, view, every), grown);
  return { base, shape: view.shape, axes: grown.map((n, i) => (n === 1 ? -1 : i)) };
}

export function reshapeView(graph: Graph, view: View, shape: readonly number[]): View {
  if (size(shape) === 0) return viewOf(reshape(graph, dense(graph, view), shape));
  const groups = matchAxes(view.shape, shape);
  const mixed = groups.filter(({ from, to }) => {
    const lazy = from.filter((i) => view.axes[i] < 0).length;
    return !(from.length === 1 && to.length === 1) && lazy > 0 && lazy < from.length;
  });
  if (mixed.length > 0) {
    const lazy = mixed.flatMap(({ from }) => from.filter((i) => view.axes[i] < 0));
    return reshapeView(graph, realize(graph, view, lazy), shape);
  }
  const real = groups.filter(({ from }) => view.axes[from[0]] >= 0);
  const memory = memoryOrder(view);
  // A group that merges or splits must lie together in memory; otherwise everything goes into logical order.
  const together = real.every(({ from }) => {
    const first = memory.indexOf(from[0]);
    return from.every((i, k) => memory[first + k] === i);
  });
  const sorted = together
    ? real.toSorted((a, b) => memory.indexOf(a.from[0]) - memory.indexOf(b.from[0]))
    : real;
  const ordered = arrange(
    graph,
    view,
    sorted.flatMap(({ from }) => from),
  );
  const targets = sorted.flatMap(({ to }) => to);
  const base = reshape(
    graph,
    ordered,
    targets.map((i) => shape[i]),
  );
  return { base, shape, axes: shape.map((n, i) => (n === 1 ? -1 : targets.indexOf(i))) };
}

interface AxisGroup {
  readonly from: number[];
  readonly to: number[];
}

/** Pairs the smallest runs of axes (ones left out) with equal products. */
function matchAxes(oldShape: readonly number[], newShape: readonly number[]): AxisGroup[] {
  const old = oldShape.flatMap((n, i) => (n === 1 ? [] : [i]));
  const fresh = newShape.flatMap((n, i) => (n === 1 ? [] : [i]));
  const groups: AxisGroup[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length) {
    const from = [old[i++]];
    const to = [fresh[j++]];
    let a = oldShape[from[0]];
    let b = newShape[to[0]];
    while (a !== b) {
      if (a < b) {
        from.push(old[i]);
        a *= oldShape[old[i++]];
      } else {
        to.push(fresh[j]);
        b *= newShape[fresh[j++]];
      }
    }
    groups.push({ from, to });
  }
  return groups;
}
