/**
 * The graph under construction: pure dataflow over ONNX operators with static shapes.
 *
 * Values are hash-consed: asking twice for the same operator on the same operands gives the same value, so common
 * subexpressions are shared by construction, and whatever nobody uses in the end is simply never emitted. This is
 * not a general ONNX model: one output per node (save `TopK`, whose second output is reached by `output: 1`), no
 * control flow, no unknown dimensions.
 */
import { size } from "../../data/examples.ts";

export type ElementType = "float32" | "int32" | "int64" | "bool";
export type Attribute =
  | number
  | string
  | readonly number[]
  /** A float; a bare number is an integer. */
  | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

export interface Value {
  readonly id: number;
  /** ONNX operator, or `Input` and `Constant` for the leaves. */
  readonly op: string;
  readonly inputs: readonly (Value | null)[];
  readonly attributes: Attributes;
  readonly shape: readonly number[];
  readonly type: ElementType;
  /** Which output of the node; 0 but for `TopK`'s indices. */
  readonly output: number;
  /** Of an `Input`. */
  readonly name?: string;
  /** Of a `Constant`: its entries, in row-major order. */
  readonly data?: readonly number[] | Float32Array | Int32Array;
}

export interface NodeOptions {
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly attributes?: Attributes;
  readonly output?: number;
}

export class Graph {
  #count = 0;
  readonly #known = new Map<string, Value>();

  input(name: string, shape: readonly number[], type: ElementType): Value {
    return { id: this.#count++, op: "Input", inputs: [], attributes: {}, shape, type, output: 0, name };
  }

  constant(
    data: readonly number[] | Float32Array | Int32Array,
    shape: readonly number[],
    type: ElementType = "float32",
  ): Value {
    if (data.length !== size(shape)) throw new Error(`constant of ${data.length} entries for [${shape}]`);
    const make = () => ({
      id: this.#count++,
      op: "Constant",
      inputs: [],
      attributes: {},
      shape,
      type,
      output: 0,
      data,
    });
    // Long constants come once each, from closures; only short ones are worth a key.
    if (data.length > 64) return make();
    return this.#intern(`${type}[${shape}]${Array.from(data, keyOf).join()}`, make);
  }

  scalar(value: number, type: ElementType = "float32"): Value {
    return this.constant([value], [], type);
  }

  node(op: string, inputs: readonly (Value | null)[], options: NodeOptions): Value {
    const { shape, type, attributes = {}, output = 0 } = options;
    const operands = inputs.map((value) => value?.id ?? "").join();
    return this.#intern(
      `${op}(${operands})${JSON.stringify(attributes)}#${output}:${type}[${shape}]`,
      () => ({
        id: this.#count++,
        op,
        inputs,
        attributes,
        shape,
        type,
        output,
      }),
    );
  }

  #intern(key: string, make: () => Value): Value {
    let value = this.#known.get(key);
    if (value === undefined) {
      value = make();
      this.#known.set(key, value);
    }
    return value;
  }
}

/** Minus zero, infinities and NaN are different constants. */
function keyOf(x: number): string {
  return Object.is(x, -0) ? "-0" : String(x);
}

/** The constant's one entry where the value is a constant scalar (any shape of size 1). */
export function scalarOf(value: Value): number | undefined {
  return value.data?.length === 1 ? value.data[0] : undefined;
}

/** Every value that the outputs need, operands before users. */
export function reachable(outputs: readonly Value[]): Value[] {
  const order: Value[] = [];
  const seen = new Set<Value>();
  // Explicit stack: unrolled programs are deeper than the call stack.
  const stack: { value: Value; next: number }[] = outputs.map((value) => ({ value, next: 0 })).reverse();
  while (stack.length > 0) {
    const top = stack[stack.length - 1];
    if (top.next === 0 && seen.has(top.value)) {
      stack.pop();
      continue;
    }
    seen.add(top.value);
    if (top.next < top.value.inputs.length) {
      const operand = top.value.inputs[top.next++];
      if (operand !== null && !seen.has(operand)) stack.push({ value: operand, next: 0 });
    } else {
      order.push(top.value);
      stack.pop();
    }
  }
  return order;
}

/** How many times each value is used by another one or as an output. */
export function useCounts(outputs: readonly Value[]): Map<Value, number> {
  const counts = new Map<Value, number>();
  const count = (value: Value) => counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const value of reachable(outputs))
    for (const operand of value.inputs) if (operand !== null) count(operand);
  outputs.forEach(count);
  return counts;
}
