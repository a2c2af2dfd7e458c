/**
 * From a traced program to one ONNX graph.
 *
 * jax-js traces the whole step (loss, gradient, optimiser) into some hundred primitives; each becomes ONNX operators
 * on lazily laid out arrays (`view.ts`), and a few rewrites (`optimize.ts`) join what ONNX Runtime does best in
 * one operator. Results equal jax-js's own within float tolerance; jax-js stays the oracle in the tests.
 */
import { InputError } from "../../errors.ts";
import type { Program, TensorSpec } from "../engine.ts";
import type { LoweredProgram } from "../lowered-program.ts";
import { type ElementType, Graph, type Value } from "./graph.ts";
import { optimize } from "./optimize.ts";
import { primitives } from "./primitives.ts";
import { encodeScan } from "./scan.ts";
import { type Atom, type Trace, traceProgram, type Variable } from "./trace.ts";
import { dense, type View, viewOf } from "./view.ts";

/**
 * Traces and lowers a program.
 *
 * @throws InputError `learn.lowering.primitive` when the program uses an operation without a counterpart here,
 * `learn.lowering.type` for other element types than float32, int32 and bool, `learn.program.inputs` for a program
 * without inputs, `learn.program.results` when the program's results are not as it declares.
 */
export function lower(program: Program): LoweredProgram {
  const { name, carry, constants, inputs, outputs } = program;
  if (inputs.length === 0) {
    throw new InputError(
      "learn.program.inputs",
      `${name} takes no inputs, so its steps cannot be counted; give it one.`,
    );
  }
  const traced = traceProgram(program);
  const graph = new Graph();
  const named = (prefix: string, specs: readonly TensorSpec[]) =>
    specs.map(({ shape, type }, i) => graph.input(`${prefix}${i}`, shape, type));
  // The step's own names begin with a stroke; the constants are the model's.
  const step = { carry: named("/carry", carry), inputs: named("/input", inputs) };
  const leaves = [...step.carry, ...named("constant", constants), ...step.inputs];
  const results = optimize(graph, lowerTrace(graph, name, traced, leaves));
  const model = encodeScan(graph, {
    name,
    carry: step.carry,
    constants: leaves.slice(carry.length, carry.length + constants.length),
    inputs: step.inputs,
    newCarry: results.slice(0, carry.length),
    outputs: results.slice(carry.length),
  });
  return { name, model, carry, constants, inputs, outputs };
}

/** Values of the trace's results, each whole and in row-major order. */
export function lowerTrace(graph: Graph, name: string, traced: Trace, leaves: readonly Value[]): Value[] {
  const views = new Map<Variable, View>();
  for (const [i, variable] of traced.arguments.entries()) views.set(variable, viewOf(leaves[i]));
  for (const { variable, data } of traced.closure)
    views.set(variable, closureView(graph, name, variable, data));
  const viewOfAtom = (atom: Atom): View =>
    "value" in atom
      ? viewOf(graph.scalar(Number(atom.value), elementType(name, atom.aval.dtype)))
      : views.get(atom)!;
  for (const equation of traced.equations) {
    const rule = primitives[equation.primitive];
    if (rule === undefined) {
      throw new InputError(
        "learn.lowering.primitive",
        `${name} uses the jax-js operation "${equation.primitive}", which cannot run on ONNX Runtime; write the task without it or run it on the jax engine.`,
        { at: name },
      );
    }
    const results = rule(graph, {
      operands: equation.inputs.map(viewOfAtom),
      parameters: equation.params,
      type: elementType(name, equation.outBinders[0].aval.dtype),
    });
    for (const [i, variable] of equation.outBinders.entries()) views.set(variable, results[i]);
  }
  return traced.results.map((atom) => dense(graph, viewOfAtom(atom)));
}

/** A closed-over array; one whose entries are all the same (zeros, ones) stays a scalar. */
function closureView(graph: Graph, name: string, variable: Variable, data: ArrayLike<number>): View {
  const { shape, dtype } = variable.aval;
  const type = elementType(name, dtype);
  const entries = type === "float32" ? Float32Array.from(data) : Int32Array.from(data, Number);
  if (entries.length > 0 && entries.every((x) => x === entries[0])) {
    return { base: graph.scalar(entries[0], type), shape, axes: shape.map(() => -1) };
  }
  return viewOf(graph.constant(entries, shape, type));
}

function elementType(name: string, dtype: string): ElementType {
  if (dtype === "float32" || dtype === "int32" || dtype === "bool") return dtype;
  throw new InputError(
    "learn.lowering.type",
    `${name} computes with ${dtype} numbers, which cannot run on ONNX Runtime here; use float32 or int32.`,
    { at: name },
  );
}
