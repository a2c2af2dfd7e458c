/**
 * An engine runs traced programs of fixed shapes, step after step, keeping the carried state (parameters,
 * optimiser moments) on its own side of the fence until it is asked for. It knows nothing of epochs, clients
 * or files. jax-js is the oracle in tests and the browser's fallback; ONNX Runtime is the fast path.
 */
import type { numpy } from "@jax-js/jax";

export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: "float32" | "int32";
}

/** What goes into a program and what comes out of it. Plain data. */
export interface ProgramSpecs {
  readonly name: string;
  readonly carry: readonly TensorSpec[];
  readonly constants: readonly TensorSpec[];
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/**
 * The body of a scan, in JAX's sense: a pure function that maps (carry, constants, inputs) to (carry', outputs).
 * A training step carries parameters and optimiser state; an evaluation carries nothing and takes the
 * parameters as constants.
 */
export interface Program extends ProgramSpecs {
  /** Traceable by jax-js; lists in the order of the specs above; follows jax-js's move semantics (`.ref`). */
  readonly apply: (
    carry: numpy.Array[],
    constants: numpy.Array[],
    inputs: numpy.Array[],
  ) => { carry: numpy.Array[]; outputs: numpy.Array[] };
}

export type TensorData = Float32Array | Int32Array;

export interface Engine {
  readonly name: string;
  load(program: Program): Promise<Loop>;
}

/** A loaded program with its state. One job at a time; not re-entrant. */
export interface Loop extends Disposable {
  /** Sets the carried state and the constants; copies what it needs. Lengths must match the program's shapes. */
  start(carry: readonly TensorData[], constants: readonly TensorData[]): void;
  /**
   * One step, or several: `inputs` may hold n batches one after another in each array, for n steps; the answer then
   * holds the outputs of all n. Fewer, longer calls are faster. The answer is valid until the next call. `inputs`
   * may be overwritten after the promise settles.
   */
  step(inputs: readonly TensorData[]): Promise<readonly TensorData[]>;
  /** The state after the last step, valid until the next call of any method. */
  carry(): Promise<readonly TensorData[]>;
}
