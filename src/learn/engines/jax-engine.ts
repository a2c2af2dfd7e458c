/**
 * jax-js itself as an engine: the step is compiled with `jit`. On WebAssembly it is the oracle in tests and tens of
 * times slower than ONNX Runtime; on a browser's graphics processor it may be the fastest there is.
 */
import { type Device, defaultDevice, init, jit, numpy as np } from "@jax-js/jax";
import { size } from "../../data/examples.ts";
import { RunError } from "../../errors.ts";
import type { Engine, Loop, Program, TensorData } from "../engine.ts";
import { checkLengths, stepsIn } from "./check-lengths.ts";

/** jax-js on WebAssembly. */
export const jaxEngine = createJaxEngine("jax", "wasm");

/**
 * jax-js on a device. Which one is a setting of jax-js as a whole, so that a thread may use one of these engines
 * only.
 *
 * @throws RunError `learn.jax.device` on loading, where the device does not exist.
 */
export function createJaxEngine(name: string, device: "wasm" | "webgpu"): Engine {
  let ready: Promise<void> | undefined;
  return {
    name,
    load: async (program) => {
      ready ??= useDevice(device);
      await ready;
      return new JaxLoop(program);
    },
  };
}

async function useDevice(device: Device): Promise<void> {
  if (!(await init(device)).includes(device)) {
    throw new RunError(
      "learn.jax.device",
      `jax-js needs ${device}, which this JavaScript engine does not offer.`,
    );
  }
  defaultDevice(device);
}

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
