/**
 * What each primitive of jax-js becomes. A rule gets the operands as views and the equation's parameters, and
 * answers with one view per result.
 */
import * as arithmetic from "./arithmetic.ts";
import { type ConvParameters, conv } from "./conv.ts";
import { dot } from "./dot.ts";
import { elementwise } from "./elementwise.ts";
import type { ElementType, Graph, Value } from "./graph.ts";
import { argsort, gather, scatter, sort } from "./indexing.ts";
import { concat, flip, pad, slice } from "./movement.ts";
import { pool, poolTranspose } from "./pool.ts";
import { type Reduction, reduceView } from "./reduce.ts";
import { broadcastView, dense, reshapeView, transposeView, type View, viewOf } from "./view.ts";

export interface Application {
  readonly operands: readonly View[];
  // biome-ignore lint/suspicious/noExplicitAny: jax-js types the parameters of all primitives as one record.
  readonly parameters: Record<string, any>;
  /** Type of the (first) result. */
  readonly type: ElementType;
}

export type Rule = (graph: Graph, application: Application) => View[];

/** Elementwise over operands brought to the type of the result. */
function numeric(compute: (graph: Graph, ...values: Value[]) => Value): Rule {
  return (graph, { operands, type }) => [
    elementwise(graph, operands, (g, ...values) =>
      compute(g, ...values.map((x) => arithmetic.cast(g, x, type))),
    ),
  ];
}

const unary = (op: string) => numeric((g, x) => arithmetic.unary(g, op, x));

/** Integers are their own floor. */
const rounding = (op: string): Rule =>
  numeric((g, x) => (x.type === "float32" ? arithmetic.unary(g, op, x) : x));

/** A rule of one operand, written on the whole array in row-major order. */
function moving(move: (graph: Graph, x: Value, parameters: Application["parameters"]) => Value): Rule {
  return (graph, { operands, parameters }) => [viewOf(move(graph, dense(graph, operands[0]), parameters))];
}

const compare: Rule = (graph, { operands, parameters }) => {
  const types = operands.map(({ base }) => base.type);
  const common = types.includes("float32") ? "float32" : types.includes("int32") ? "int32" : "bool";
  const compute = (g: Graph, ...values: Value[]) => {
    const [x, y] = values.map((value) => arithmetic.cast(g, value, common));
    return arithmetic.compare(g, parameters.op, x, y);
  };
  return [elementwise(graph, operands, compute)];
};

const where: Rule = (graph, { operands, type }) => [
  elementwise(graph, operands, (g, condition, x, y) =>
    arithmetic.where(g, condition, arithmetic.cast(g, x, type), arithmetic.cast(g, y, type)),
  ),
];

export const primitives: Readonly<Record<string, Rule>> = {
  add: numeric(arithmetic.add),
  mul: numeric(arithmetic.mul),
  idiv: numeric(arithmetic.quotient),
  mod: numeric(arithmetic.remainder),
  min: numeric(arithmetic.min),
  max: numeric(arithmetic.max),
  neg: numeric(arithmetic.neg),
  reciprocal: unary("Reciprocal"),
  floor: rounding("Floor"),
  ceil: rounding("Ceil"),
  sin: unary("Sin"),
  cos: unary("Cos"),
  asin: unary("Asin"),
  atan: unary("Atan"),
  exp: unary("Exp"),
  log: unary("Log"),
  erf: unary("Erf"),
  erfc: numeric((g, x) => arithmetic.add(g, g.scalar(1), arithmetic.neg(g, arithmetic.unary(g, "Erf", x)))),
  sqrt: unary("Sqrt"),
  stop_gradient: (_, { operands }) => [operands[0]],
  cast: numeric((_, x) => x),
  compare,
  where,
  reduce: (graph, { operands: [x], parameters: { op, axis } }) => [
    reduceView(graph, x, op as Reduction, axis),
  ],
  dot: (graph, { operands: [x, y] }) => [dot(graph, x, y)],
  conv: (graph, { operands: [x, y], parameters }) => [conv(graph, x, y, parameters as ConvParameters)],
  pool: (graph, { operands: [x], parameters: { window, strides } }) => [pool(graph, x, window, strides)],
  pool_transpose: (graph, { operands: [x], parameters: { inShape, window, strides } }) => [
    poolTranspose(graph, x, inShape, window, strides),
  ],
  transpose: (_, { operands: [x], parameters: { perm } }) => [transposeView(x, perm)],
  broadcast: (_, { operands: [x], parameters: { shape, axis } }) => [broadcastView(x, shape, axis)],
  reshape: (graph, { operands: [x], parameters: { shape } }) => [reshapeView(graph, x, shape)],
  flip: moving((g, x, { axis }) => flip(g, x, axis)),
  shrink: moving((g, x, parameters) =>
    slice(
      g,
      x,
      parameters.slice.map(([start, end]: [number, number]) => ({ start, end })),
    ),
  ),
  pad: moving((g, x, { width }) =>
    pad(
      g,
      x,
      width.map(([low]: [number, number]) => low),
      width.map(([, high]: [number, number]) => high),
    ),
  ),
  concatenate: (graph, { operands, parameters: { axis }, type }) => [
    viewOf(
      concat(
        graph,
        operands.map((x) => arithmetic.cast(graph, dense(graph, x), type)),
        axis,
      ),
    ),
  ],
  split: (graph, { operands: [x], parameters: { axis, sizes } }) => {
    const whole = dense(graph, x);
    let start = 0;
    return sizes.map((length: number) => {
      const ranges = x.shape.map((_, i) => (i === axis ? { start, end: start + length } : null));
      start += length;
      return viewOf(slice(graph, whole, ranges));
    });
  },
  gather: (graph, { operands: [x, ...indices], parameters: { axis, outDim } }) => [
    gather(graph, x, indices, axis, outDim),
  ],
  scatter: (graph, { operands: [updates, ...indices], parameters: { op, shape, axis, outDim } }) => [
    scatter(graph, updates, indices, { op, shape, axis, outDim }),
  ],
  sort: (graph, { operands: [x] }) => [sort(graph, x)],
  argsort: (graph, { operands: [x] }) => argsort(graph, x),
};
