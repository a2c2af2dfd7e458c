/** Programs that were traced and lowered, here or by a server, and what runs them without knowing their source. */
import type { Loop, ProgramSpecs } from "./engine.ts";

/** A program as an ONNX model. Plain data: it crosses into workers and to clients that never load jax-js. */
export interface LoweredProgram extends ProgramSpecs {
  /**
   * Runs one step after another (an ONNX `Scan` over the step). The model's inputs are `carry0...`, `constant0...`
   * and `input0...`, its outputs `newCarry0...` and `output0...`, in the order of the specs; what goes in and comes
   * out of every step has a leading axis more, one entry per step.
   */
  readonly model: Uint8Array;
}

/** Runs lowered programs: one of ONNX Runtime's packages, on one kind of processor. */
export interface LoweredEngine {
  /** Unique among the engines of a machine; shown to people. */
  readonly name: string;
  open(lowered: LoweredProgram): Promise<Loop>;
}
