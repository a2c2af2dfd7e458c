/**
 * Elementwise operators on values whose shapes already broadcast against each other in ONNX's sense, with the
 * algebra that traced gradients need: scalars are folded together, signs disappear into subtractions, masks of
 * masks into one.
 */
import { size } from "../../data/examples.ts";
import { type ElementType, type Graph, scalarOf, type Value } from "./graph.ts";
import { sameShape } from "./movement.ts";

/** Shape of an elementwise result. */
export function broadcastShape(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    const dims = shapes.map((shape) => shape[i - rank + shape.length] ?? 1);
    return dims.find((n) => n !== 1) ?? 1;
  });
}

function node(graph: Graph, op: string, inputs: Value[], type: ElementType = inputs[0].type): Value {
  return graph.node(op, inputs, { shape: broadcastShape(...inputs.map((x) => x.shape)), type });
}

const foldable: Record<string, (x: number) => number> = {
  Neg: (x) => -x,
  Reciprocal: (x) => 1 / x,
  Sqrt: Math.sqrt,
  Exp: Math.exp,
  Log: Math.log,
};

/** An ONNX operator of one operand that keeps shape and type. */
export function unary(graph: Graph, op: string, x: Value): Value {
  const fold = foldable[op];
  if (fold !== undefined && x.type === "float32" && x.data !== undefined) {
    return graph.constant(Float32Array.from(x.data, fold), x.shape);
  }
  return node(graph, op, [x]);
}

export function neg(graph: Graph, x: Value): Value {
  if (x.op === "Neg") return x.inputs[0]!;
  if (x.op === "Sub") return node(graph, "Sub", [x.inputs[1]!, x.inputs[0]!]);
  if (x.op === "Mul" && x.type === "float32") {
    const factor = x.inputs.findIndex((operand) => scalarOf(operand!) !== undefined);
    if (factor >= 0) return mul(graph, x.inputs[1 - factor]!, unary(graph, "Neg", x.inputs[factor]!));
  }
  return unary(graph, "Neg", x);
}

export function add(graph: Graph, x: Value, y: Value): Value {
  if (x.type === "bool") return node(graph, "Or", [x, y]);
  const shape = broadcastShape(x.shape, y.shape);
  if (scalarOf(x) === 0 && sameShape(y.shape, shape)) return y;
  if (scalarOf(y) === 0 && sameShape(x.shape, shape)) return x;
  const [a, b] = [scalarOf(x), scalarOf(y)];
  if (a !== undefined && b !== undefined) return graph.constant([exact(a + b, x.type)], shape, x.type);
  if (y.op === "Neg") return node(graph, "Sub", [x, y.inputs[0]!]);
  if (x.op === "Neg") return node(graph, "Sub", [y, x.inputs[0]!]);
  return node(graph, "Add", [x, y]);
}

export function mul(graph: Graph, x: Value, y: Value): Value {
  if (x.type === "bool") return node(graph, "And", [x, y]);
  const shape = broadcastShape(x.shape, y.shape);
  if (scalarOf(x) === 1 && sameShape(y.shape, shape)) return y;
  if (scalarOf(y) === 1 && sameShape(x.shape, shape)) return x;
  const [a, b] = [scalarOf(x), scalarOf(y)];
  if (a !== undefined && b !== undefined) return graph.constant([exact(a * b, x.type)], shape, x.type);
  if (x.type !== "float32") return node(graph, "Mul", [x, y]);
  if (a !== undefined && y.shape.length >= x.shape.length) return scale(graph, y, a);
  if (b !== undefined && x.shape.length >= y.shape.length) return scale(graph, x, b);
  return node(graph, "Mul", [x, y]);
}

/** factor * x, with the factors of a chain of products gathered into one. */
export function scale(graph: Graph, x: Value, factor: number): Value {
  if (factor === 1) return x;
  if (factor === -1) return unary(graph, "Neg", x);
  if (x.op === "Neg") return scale(graph, x.inputs[0]!, -factor);
  if (x.op === "Mul") {
    const other = x.inputs.findIndex(
      (operand) => operand!.shape.length === 0 && scalarOf(operand!) !== undefined,
    );
    if (other >= 0)
      return scale(graph, x.inputs[1 - other]!, Math.fround(factor * scalarOf(x.inputs[other]!)!));
  }
  return node(graph, "Mul", [x, graph.scalar(factor)]);
}

export function max(graph: Graph, x: Value, y: Value): Value {
  if (x.type === "bool") return node(graph, "Or", [x, y]);
  if (x.type === "float32" && scalarOf(y) === 0 && size(x.shape) > 1) return node(graph, "Relu", [x]);
  if (x.type === "float32" && scalarOf(x) === 0 && size(y.shape) > 1) return node(graph, "Relu", [y]);
  return node(graph, "Max", [x, y]);
}

export function min(graph: Graph, x: Value, y: Value): Value {
  return node(graph, x.type === "bool" ? "And" : "Min", [x, y]);
}

export function compare(graph: Graph, op: string, x: Value, y: Value): Value {
  const onnx = { less: "Less", less_equal: "LessOrEqual", equal: "Equal", not_equal: "Equal" }[op];
  if (onnx === undefined) throw new Error(`comparison ${op}`);
  // Order is defined for numbers only; false < true.
  const ordered = x.type === "bool" && onnx !== "Equal";
  const [a, b] = ordered ? [cast(graph, x, "int32"), cast(graph, y, "int32")] : [x, y];
  const answer = node(graph, onnx, [a, b], "bool");
  return op === "not_equal" ? not(graph, answer) : answer;
}

export function not(graph: Graph, x: Value): Value {
  return x.op === "Not" ? x.inputs[0]! : node(graph, "Not", [x]);
}

/** x where the condition holds, y elsewhere. */
export function where(graph: Graph, condition: Value, x: Value, y: Value): Value {
  if (condition.op === "Not") return where(graph, condition.inputs[0]!, y, x);
  const shape = broadcastShape(condition.shape, x.shape, y.shape);
  const float = x.type === "float32" && sameShape(shape, condition.shape);
  if (float && scalarOf(x) === 1 && scalarOf(y) === 0) return cast(graph, condition, "float32");
  if (float && scalarOf(x) === 0 && scalarOf(y) === 1) return cast(graph, not(graph, condition), "float32");
  if (x.type === "bool") {
    const [c, n] = [condition, not(graph, condition)];
    return node(graph, "Or", [node(graph, "And", [c, x]), node(graph, "And", [n, y])]);
  }
  return node(graph, "Where", [condition, x, y], x.type);
}

export function cast(graph: Graph, x: Value, type: ElementType): Value {
  if (x.type === type) return x;
  const constant = scalarOf(x);
  if (constant !== undefined) return graph.constant([exact(constant, type)], x.shape, type);
  if (type === "bool") return not(graph, node(graph, "Equal", [x, graph.scalar(0, x.type)], "bool"));
  return graph.node("Cast", [x], { shape: x.shape, type, attributes: { to: type } });
}

/** Nearest value that the type can hold; conversion to integers drops the fraction. */
function exact(value: number, type: ElementType): number {
  if (type === "float32") return Math.fround(value);
  return type === "bool" ? Number(value !== 0) : Math.trunc(value);
}

/** x / y without its fraction (jax-js's `idiv`). */
export function quotient(graph: Graph, x: Value, y: Value): Value {
  const ratio = node(graph, "Div", [x, y]);
  if (x.type !== "float32") return ratio;
  const towardsZero = where(
    graph,
    compare(graph, "less", ratio, graph.scalar(0)),
    unary(graph, "Ceil", ratio),
    unary(graph, "Floor", ratio),
  );
  return towardsZero;
}

/** Remainder with the sign of x, as in C and JavaScript. */
export function remainder(graph: Graph, x: Value, y: Value): Value {
  const shape = broadcastShape(x.shape, y.shape);
  return graph.node("Mod", [x, y], { shape, type: x.type, attributes: { fmod: 1 } });
}
