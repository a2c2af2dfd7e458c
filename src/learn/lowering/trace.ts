/** Traces a program with jax-js into a flat list of primitive operations. */
import { type Jaxpr, makeJaxpr, numpy as np } from "@jax-js/jax";
import { InputError } from "../../errors.ts";
import type { Program, TensorSpec } from "../engine.ts";

export type Equation = Jaxpr["eqns"][number];
export type Atom = Equation["inputs"][number];
export type Variable = Equation["outBinders"][number];

export interface Trace {
  readonly equations: readonly Equation[];
  /** Carry, constants, inputs, in this order. */
  readonly arguments: readonly Variable[];
  readonly results: readonly Atom[];
  /** Arrays that the program closed over. */
  readonly closure: readonly { readonly variable: Variable; readonly data: ArrayLike<number> }[];
}

/** A function of flat lists of arrays, to be traced on arguments of the given shapes. */
export function trace(specs: readonly TensorSpec[], apply: (args: np.Array[]) => np.Array[]): Trace {
  const examples = specs.map(({ shape, type }) => np.zeros([...shape], { dtype: np[type] }));
  const { jaxpr: closed } = makeJaxpr(apply)(examples);
  for (const example of examples) example.dispose();
  const flat = closed.jaxpr.flatten().simplify();
  const closure = closed.consts.map((constant, i) => ({
    variable: flat.inBinders[i],
    data: (constant as np.Array).ref.dataSync() as ArrayLike<number>,
  }));
  closed.dispose();
  return {
    equations: flat.eqns,
    arguments: flat.inBinders.slice(closure.length),
    results: flat.outs,
    closure,
  };
}

/** Traces a program; results are its new carry, then its outputs, checked against the program's specs. */
export function traceProgram(program: Program): Trace {
  const { carry, constants, inputs, outputs } = program;
  const traced = trace([...carry, ...constants, ...inputs], (args) => {
    const split = program.apply(
      args.slice(0, carry.length),
      args.slice(carry.length, carry.length + constants.length),
      args.slice(carry.length + constants.length),
    );
    return [...split.carry, ...split.outputs];
  });
  const promised = [...carry, ...outputs];
  if (traced.results.length !== promised.length) {
    throw new InputError(
      "learn.program.results",
      `${program.name} returns ${traced.results.length} arrays, but declares ${promised.length} (carry and outputs).`,
    );
  }
  promised.forEach((spec, i) => {
    const { shape, dtype } = traced.results[i].aval;
    if (
      dtype === spec.type &&
      shape.length === spec.shape.length &&
      shape.every((n, k) => n === spec.shape[k])
    )
      return;
    throw new InputError(
      "learn.program.results",
      `${program.name} returns ${dtype}[${shape}] for ${spec.name}, which it declares as ${spec.type}[${spec.shape}].`,
    );
  });
  return traced;
}
