/**
 * Operators that move entries without computing: reshape, transpose, slice, pad, concatenate, expand. Each drops
 * or merges moves that cancel. Parameters are attributes here; the encoder turns them into the constant inputs
 * that newer ONNX versions ask for.
 */
import { size } from "../../data/examples.ts";
import type { Graph, Value } from "./graph.ts";

export function reshape(graph: Graph, value: Value, shape: readonly number[]): Value {
  if (sameShape(value.shape, shape)) return value;
  if (value.op === "Reshape") return reshape(graph, value.inputs[0]!, shape);
  if (value.data !== undefined) return graph.constant(value.data, shape, value.type);
  return graph.node("Reshape", [value], { shape, type: value.type, attributes: { shape } });
}

/**
 * Axis i of the result is axis perm[i] of the value. A transposed matrix product becomes the product of the
 * swapped operands, also through elementwise operators with scalars, so that weight gradients leave their
 * product in the layout of the weights.
 */
export function transpose(graph: Graph, value: Value, perm: readonly number[]): Value {
  if (perm.every((axis, i) => axis === i)) return value;
  const shape = perm.map((axis) => value.shape[axis]);
  const moved = perm.filter((axis) => value.shape[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || axis > moved[i - 1])) return reshape(graph, value, shape);
  const [first] = value.inputs;
  if (value.op === "Transpose") {
    const inner = value.attributes.perm as readonly number[];
    return transpose(
      graph,
      first!,
      perm.map((axis) => inner[axis]),
    );
  }
  if (value.op === "Slice" && isFlip(value)) {
    const axes = value.attributes.axes as readonly number[];
    return flip(
      graph,
      transpose(graph, first!, perm),
      axes.map((axis) => perm.indexOf(axis)),
    );
  }
  if (value.op === "Gemm" && value.inputs.length === 2) {
    const { transA, transB, ...rest } = value.attributes;
    return graph.node("Gemm", [value.inputs[1], first], {
      shape,
      type: value.type,
      attributes: { ...rest, transA: 1 - (transB as number), transB: 1 - (transA as number) },
    });
  }
  if (transposesFreely(value)) {
    const inputs = value.inputs.map((x) => (x!.shape.length === 0 ? x : transpose(graph, x!, perm)));
    return graph.node(value.op, inputs, { shape, type: value.type, attributes: value.attributes });
  }
  return graph.node("Transpose", [value], { shape, type: value.type, attributes: { perm } });
}

const throughTranspose = new Set(["Neg", "Mul", "Add", "Sub", "Div", "Sqrt", "Exp", "Reciprocal"]);

/** Whether `transpose` of this value costs nothing: a product of matrices, or arithmetic on one with scalars. */
export function transposesFreely(value: Value): boolean {
  if (value.op === "Gemm") return value.inputs.length === 2;
  if (value.op === "Transpose") return true;
  if (!throughTranspose.has(value.op)) return false;
  const full = value.inputs.filter((x) => x!.shape.length > 0);
  return full.length === 1 && sameShape(full[0]!.shape, value.shape) && transposesFreely(full[0]!);
}

/** Entries start, start + step, ... below end along each axis; negative steps walk down to end, exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
  readonly step?: number;
}

/** One range per axis; `null` keeps the whole axis. Steps are positive; see `flip` for the other direction. */
export function slice(graph: Graph, value: Value, ranges: readonly (Range | null)[]): Value {
  const axes = ranges.flatMap((range, axis) => {
    const whole =
      range === null || (range.start === 0 && range.end >= value.shape[axis] && (range.step ?? 1) === 1);
    return whole ? [] : [axis];
  });
  if (axes.length === 0) return value;
  const shape = value.shape.map((n, axis) => {
    const range = ranges[axis];
    if (range === null || !axes.includes(axis)) return n;
    return Math.max(0, Math.ceil((Math.min(range.end, n) - range.start) / (range.step ?? 1)));
  });
  const of = (pick: (range: Range) => number) => axes.map((axis) => pick(ranges[axis]!));
  return graph.node("Slice", [value], {
    shape,
    type: value.type,
    attributes: { starts: of((r) => r.start), ends: of((r) => r.end), axes, steps: of((r) => r.step ?? 1) },
  });
}

/** Reverses the given axes. */
export function flip(graph: Graph, value: Value, axes: readonly number[]): Value {
  const turned = axes.filter((axis) => value.shape[axis] > 1).sort((a, b) => a - b);
  if (turned.length === 0) return value;
  if (value.op === "Slice" && isFlip(value) && sameShape(value.attributes.axes as number[], turned)) {
    return value.inputs[0]!;
  }
  return graph.node("Slice", [value], {
    shape: value.shape,
    type: value.type,
    attributes: {
      starts: turned.map(() => -1),
      ends: turned.map((axis) => -value.shape[axis] - 1),
      axes: turned,
      steps: turned.map(() => -1),
    },
  });
}

/** Whether the value is nothing but its operand reversed along the slice's axes. */
export function isFlip(value: Value): boolean {
  return value.op === "Slice" && (value.attributes.steps as number[]).every((step) => step === -1);
}

/** Zeros before and after each axis; negative widths cut instead. */
export function pad(graph: Graph, value: Value, before: readonly number[], after: readonly number[]): Value {
  const cut = slice(
    graph,
    value,
    value.shape.map((n, axis) => ({ start: Math.max(0, -before[axis]), end: n - Math.max(0, -after[axis]) })),
  );
  const low = before.map((n) => Math.max(0, n));
  const high = after.map((n) => Math.max(0, n));
  if ([...low, ...high].every((n) => n === 0)) return cut;
  return graph.node("Pad", [cut], {
    shape: cut.shape.map((n, axis) => n + low[axis] + high[axis]),
    type: cut.type,
    attributes: { pads: [...low, ...high] },
  });
}

export function concat(graph: Graph, values: readonly Value[], axis: number): Value {
  if (values.length === 1) return values[0];
  const shape = values[0].shape.with(
    axis,
    values.reduce((sum, value) => sum + value.shape[axis], 0),
  );
  return graph.node("Concat", values, { shape, type: values[0].type, attributes: { axis } });
}

/** Repeats axes of size 1 up to the given shape of the same rank. */
export function expand(graph: Graph, value: Value, shape: readonly number[]): Value {
  if (sameShape(value.shape, shape)) return value;
  if (value.data?.length === 1) {
    const entries = new Array<number>(size(shape)).fill(value.data[0]);
    if (entries.length <= 64) return graph.constant(entries, shape, value.type);
  }
  return graph.node("Expand", [value], { shape, type: value.type, attributes: { shape } });
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}
