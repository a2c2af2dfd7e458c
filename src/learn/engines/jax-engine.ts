/**
 * jax-js itself as an engine: the step is compiled with `jit` and runs on WebAssembly. The oracle in tests and the
 * fallback in browsers; tens of times slower than ONNX Runtime.
 */
import { defaultDevice, init, jit, numpy as np } from "@jax-js/jax";
import { size } from "../../data/examples.ts";
import { RunError } from "../../errors.ts";
import type { Engine, Loop, Program, TensorData } from "../engine.ts";
import { checkLengths, stepsIn } from "./check-lengths.ts";

let ready: Promise<unknown> | undefined;

/** Makes WebAssembly the default device of jax-js, once. */
function useWebAssembly(): Promise<unknown> {
  ready ??= init("wasm").then((devices) => {
    if (!devices.includes("wasm")) {
      throw new RunError(
        "learn.jax.device",
        "jax-js needs WebAssembly, which this JavaScript engine does not offer.",
      );
    }
    defaultDevice("wasm");
  });
  return ready;
}

export const jaxEngine: Engine = {
  name: "jax",
  load: async (program) => {
    await useWebAssembly();
    return new JaxLoop(program);
  },
};

class JaxLoop implements Loop {
  readonly #program: Program;
  readonly #apply;
  #carry: np.Array[] = [];
  #constants: np.Array[] = [];

  constructor(program: Program) {
    this.#program = program;
    this.#apply = jit((carry: np.Array[], constants: np.Array[], inputs: np.Array[]) =>
      program.apply(carry, constants, inputs),
    );
  }

  start(carry: readonly TensorData[], constants: readonly TensorData[]): void {
    checkLengths(carry, this.#program.carry, this.#program.name);
    checkLengths(constants, this.#program.constants, this.#program.name);
    this.#release();
    this.#carry = this.#arrays(carry, this.#program.carry);
    this.#constants = this.#arrays(constants, this.#program.constants);
  }

  async step(inputs: readonly TensorData[]): Promise<readonly TensorData[]> {
    const specs = this.#program.inputs;
    const steps = stepsIn(inputs, specs, this.#program.name);
    const outputs: TensorData[][] = [];
    for (let step = 0; step < steps; step++) {
      outputs.push(
        await this.#one(
          inputs.map((data, i) =>
            data.subarray(step * size(specs[i].shape), (step + 1) * size(specs[i].shape)),
          ),
        ),
      );
    }
    return this.#program.outputs.map((_, i) => joined(outputs.map((answer) => answer[i])));
  }

  async #one(inputs: readonly TensorData[]): Promise<TensorData[]> {
    const { carry, outputs } = this.#apply(
      this.#carry,
      this.#constants.map((constant) => constant.ref),
      this.#arrays(inputs, this.#program.inputs),
    );
    this.#carry = carry;
    return Promise.all(outputs.map(async (output) => (await output.data()) as TensorData));
  }

  carry(): Promise<readonly TensorData[]> {
    return Promise.all(this.#carry.map(async (array) => (await array.ref.data()) as TensorData));
  }

  [Symbol.dispose](): void {
    this.#release();
    this.#apply.dispose();
  }

  #arrays(data: readonly TensorData[], specs: Program["inputs"]): np.Array[] {
    // jax-js may keep what it is given, and callers may overwrite it.
    return data.map((array, i) =>
      np.array(array.slice() as Float32Array<ArrayBuffer>, {
        shape: [...specs[i].shape],
        dtype: np[specs[i].type],
      }),
    );
  }

  #release(): void {
    for (const array of [...this.#carry, ...this.#constants]) array.dispose();
    this.#carry = [];
    this.#constants = [];
  }
}

/** The arrays end to end. */
function joined(parts: readonly TensorData[]): TensorData {
  if (parts.length === 1) return parts[0];
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = parts[0] instanceof Float32Array ? new Float32Array(length) : new Int32Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
