/** Windows over the last axes (`pool`) and their transpose. */
import { size } from "../../data/examples.ts";
import { add } from "./arithmetic.ts";
import type { Graph, Value } from "./graph.ts";
import { concat, pad, reshape, slice } from "./movement.ts";
import { dense, type View, viewOf } from "./view.ts";

/**
 * [..., H, W] to [..., rows, columns, height, width]. Windows that do not overlap are a view of the image as
 * [..., rows, height, columns, width]; otherwise each position in the window is a strided slice, and the slices
 * are stacked in front.
 */
export function pool(graph: Graph, x: View, window: readonly number[], strides: readonly number[]): View {
  const image = dense(graph, x);
  const { lead, counts } = layout(x.shape, window, strides);
  const k = window.length;
  if (tiles(window, strides)) {
    const used = cut(graph, image, lead, counts, window);
    const base = reshape(graph, used, [...lead, ...counts.flatMap((n, i) => [n, window[i]])]);
    const axes = [
      ...lead.map((_, i) => i),
      ...counts.map((_, i) => lead.length + 2 * i),
      ...window.map((_, i) => lead.length + 2 * i + 1),
    ];
    return {
      base,
      shape: [...lead, ...counts, ...window],
      axes: axes.map((axis) => (base.shape[axis] === 1 ? -1 : axis)),
    };
  }
  const positions = everyPosition(window);
  const slices = positions.map((position) => {
    const ranges = position.map((start, i) => ({
      start,
      end: start + (counts[i] - 1) * strides[i] + 1,
      step: strides[i],
    }));
    const taken = slice(graph, image, [...lead.map(() => null), ...ranges]);
    return reshape(graph, taken, [1, ...taken.shape]);
  });
  const base = reshape(graph, concat(graph, slices, 0), [...window, ...lead, ...counts]);
  const axes = [
    ...lead.map((_, i) => k + i),
    ...counts.map((_, i) => k + lead.length + i),
    ...window.map((_, i) => i),
  ];
  return {
    base,
    shape: [...lead, ...counts, ...window],
    axes: axes.map((axis) => (base.shape[axis] === 1 ? -1 : axis)),
  };
}

/** Adds every window's entries back to their places in an array of shape `inShape`. */
export function poolTranspose(
  graph: Graph,
  x: View,
  inShape: readonly number[],
  window: readonly number[],
  strides: readonly number[],
): View {
  const { lead, counts } = layout(inShape, window, strides);
  const [r, k] = [lead.length, window.length];
  const leading = lead.map((_, i) => i);
  if (tiles(window, strides)) {
    const order = [...leading, ...counts.flatMap((_, i) => [r + i, r + k + i])];
    const spread = dense(graph, {
      base: x.base,
      shape: order.map((i) => x.shape[i]),
      axes: order.map((i) => x.axes[i]),
    });
    const tiled = reshape(graph, spread, [...lead, ...counts.map((n, i) => n * window[i])]);
    const missing = inShape.map((n, i) => n - tiled.shape[i]);
    return viewOf(
      pad(
        graph,
        tiled,
        inShape.map(() => 0),
        missing,
      ),
    );
  }
  const order = [...window.map((_, i) => r + k + i), ...leading, ...counts.map((_, i) => r + i)];
  const stacked = dense(graph, {
    base: x.base,
    shape: order.map((i) => x.shape[i]),
    axes: order.map((i) => x.axes[i]),
  });
  const flat = reshape(graph, stacked, [size(window), ...lead, ...counts]);
  const terms = everyPosition(window).map((position, i) => {
    const ranges = flat.shape.map((_, axis) => (axis === 0 ? { start: i, end: i + 1 } : null));
    const plane = dilate(graph, reshape(graph, slice(graph, flat, ranges), [...lead, ...counts]), r, strides);
    const before = [...lead.map(() => 0), ...position];
    return pad(
      graph,
      plane,
      before,
      inShape.map((n, axis) => n - plane.shape[axis] - before[axis]),
    );
  });
  return viewOf(terms.reduce((sum, term) => add(graph, sum, term)));
}

/** Puts strides[i] - 1 zeros between neighbours along axis `first` + i. */
export function dilate(graph: Graph, x: Value, first: number, strides: readonly number[]): Value {
  return strides.reduce((value, stride, i) => {
    const axis = first + i;
    const n = value.shape[axis];
    if (stride === 1 || n === 1) return value;
    const split = reshape(graph, value, value.shape.toSpliced(axis, 1, n, 1));
    const after = split.shape.map((_, j) => (j === axis + 1 ? stride - 1 : 0));
    const padded = pad(
      graph,
      split,
      split.shape.map(() => 0),
      after,
    );
    const joined = reshape(graph, padded, value.shape.with(axis, n * stride));
    const whole = joined.shape.map((_, j) => (j === axis ? { start: 0, end: (n - 1) * stride + 1 } : null));
    return slice(graph, joined, whole);
  }, x);
}

function layout(shape: readonly number[], window: readonly number[], strides: readonly number[]) {
  const r = shape.length - window.length;
  const counts = window.map((n, i) => Math.floor((shape[r + i] - n) / strides[i]) + 1);
  return { lead: shape.slice(0, r), counts };
}

function tiles(window: readonly number[], strides: readonly number[]): boolean {
  return window.every((n, i) => n === strides[i]);
}

function cut(
  graph: Graph,
  image: Value,
  lead: readonly number[],
  counts: readonly number[],
  window: readonly number[],
): Value {
  const ranges = counts.map((n, i) => ({ start: 0, end: n * window[i] }));
  return slice(graph, image, [...lead.map(() => null), ...ranges]);
}

/** All index tuples below `window`, in row-major order. */
export function everyPosition(window: readonly number[]): number[][] {
  return window.reduce<number[][]>(
    (positions, n) => positions.flatMap((head) => Array.from({ length: n }, (_, i) => [...head, i])),
    [[]],
  );
}
