/**
 * jax-js itself as an engine: the step is compiled with `jit` and runs on WebAssembly. The oracle in tests and the
 * fallback in browsers; tens of times slower than ONNX Runtime.
 */
import { defaultDevice, init, jit, numpy as np } from "@jax-js/jax";
import { RunError } from "../../errors.ts";
import type { Engine, Loop, Program, TensorData } from "../engine.ts";
import { checkLengths } from "./onnx-loop.ts";

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
    this.#release();
    this.#carry = this.#arrays(carry, this.#program.carry);
    this.#constants = this.#arrays(constants, this.#program.constants);
  }

  async step(inputs: readonly TensorData[]): Promise<readonly TensorData[]> {
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
    checkLengths(data, specs, this.#program.name);
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
