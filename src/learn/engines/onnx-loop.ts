/**
 * A `Loop` over a lowered program, for any of ONNX Runtime's packages: Node's native one and the browser's differ
 * only in how a session is opened.
 *
 * The carried state lives in two sets of arrays; each step reads one and writes the other, so nothing is copied or
 * allocated between steps.
 */
import { size } from "../../data/examples.ts";
import { InputError, RunError } from "../../errors.ts";
import type { Loop, TensorData, TensorSpec } from "../engine.ts";
import type { LoweredProgram } from "../lowering/lower.ts";

/** The part of `onnxruntime-common`'s Tensor that is used here. */
export interface OnnxTensor {
  readonly data: unknown;
}

export type OnnxTensors = Readonly<Record<string, OnnxTensor>>;

export interface OnnxSession {
  /** Writes the outputs into the given tensors where the package can, and answers with the tensors that hold them. */
  run(feeds: OnnxTensors, fetches: OnnxTensors): Promise<OnnxTensors>;
  release(): Promise<void>;
}

/** One of the packages. */
export interface OnnxRuntime {
  open(model: Uint8Array): Promise<OnnxSession>;
  /** A tensor that rests on `data`, without copying it. */
  tensor(type: TensorSpec["type"], data: TensorData, shape: readonly number[]): OnnxTensor;
}

export async function openLoop(runtime: OnnxRuntime, program: LoweredProgram): Promise<Loop> {
  const session = await runtime.open(program.model);
  return new OnnxLoop(runtime, session, program);
}

type Tensors = Record<string, OnnxTensor>;

class OnnxLoop implements Loop {
  readonly #runtime: OnnxRuntime;
  readonly #session: OnnxSession;
  readonly #program: LoweredProgram;
  /** Both sets of the carried state; `#current` is the one that the next step reads. */
  readonly #states: readonly [TensorData[], TensorData[]];
  readonly #constants: TensorData[];
  readonly #outputs: TensorData[];
  /** Arguments of the session for either value of `#current`. */
  readonly #feeds: readonly [Tensors, Tensors];
  readonly #fetches: readonly [Tensors, Tensors];
  readonly #lastInputs: (TensorData | undefined)[] = [];
  #current: 0 | 1 = 0;
  #started = false;
  #disposed = false;

  constructor(runtime: OnnxRuntime, session: OnnxSession, program: LoweredProgram) {
    this.#runtime = runtime;
    this.#session = session;
    this.#program = program;
    this.#states = [program.carry.map(allocate), program.carry.map(allocate)];
    this.#constants = program.constants.map(allocate);
    this.#outputs = program.outputs.map(allocate);
    const wrap = (prefix: string, specs: readonly TensorSpec[], arrays: readonly TensorData[]) =>
      Object.fromEntries(
        specs.map(({ type, shape }, i) => [`${prefix}${i}`, runtime.tensor(type, arrays[i], shape)]),
      );
    const constants = wrap("constant", program.constants, this.#constants);
    const outputs = wrap("output", program.outputs, this.#outputs);
    const [even, odd] = this.#states;
    this.#feeds = [
      { ...wrap("carry", program.carry, even), ...constants },
      { ...wrap("carry", program.carry, odd), ...constants },
    ];
    this.#fetches = [
      { ...wrap("newCarry", program.carry, odd), ...outputs },
      { ...wrap("newCarry", program.carry, even), ...outputs },
    ];
  }

  start(carry: readonly TensorData[], constants: readonly TensorData[]): void {
    this.#current = 0;
    copyInto(this.#states[0], carry, this.#program.carry, this.#program.name);
    copyInto(this.#constants, constants, this.#program.constants, this.#program.name);
    this.#started = true;
  }

  async step(inputs: readonly TensorData[]): Promise<readonly TensorData[]> {
    if (!this.#started || this.#disposed) {
      throw new RunError(
        "learn.engine.state",
        `${this.#program.name}: step was called ${this.#disposed ? "after dispose" : "before start"}.`,
      );
    }
    this.#setInputs(inputs);
    const [feeds, fetches] = [this.#feeds[this.#current], this.#fetches[this.#current]];
    const results = await this.#session.run(feeds, fetches);
    const next = this.#current === 0 ? 1 : 0;
    receive(this.#states[next], results, fetches, "newCarry");
    receive(this.#outputs, results, fetches, "output");
    this.#current = next;
    return this.#outputs;
  }

  async carry(): Promise<readonly TensorData[]> {
    return this.#states[this.#current];
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    void this.#session.release();
  }

  #setInputs(inputs: readonly TensorData[]): void {
    const specs = this.#program.inputs;
    checkLengths(inputs, specs, this.#program.name);
    inputs.forEach((data, i) => {
      // Batches are usually gathered into the same array again and again.
      if (this.#lastInputs[i] === data) return;
      this.#lastInputs[i] = data;
      const tensor = this.#runtime.tensor(specs[i].type, data, specs[i].shape);
      for (const feeds of this.#feeds) feeds[`input${i}`] = tensor;
    });
  }
}

function allocate({ type, shape }: TensorSpec): TensorData {
  return type === "float32" ? new Float32Array(size(shape)) : new Int32Array(size(shape));
}

/** Copies results that the package could not write in place. */
function receive(arrays: TensorData[], results: OnnxTensors, fetches: OnnxTensors, prefix: string): void {
  arrays.forEach((array, i) => {
    const name = `${prefix}${i}`;
    const { data } = results[name];
    if (data !== fetches[name].data) array.set(data as TensorData);
  });
}

function copyInto(
  arrays: readonly TensorData[],
  data: readonly TensorData[],
  specs: readonly TensorSpec[],
  program: string,
): void {
  checkLengths(data, specs, program);
  for (const [i, array] of arrays.entries()) array.set(data[i]);
}

/** @throws InputError `learn.engine.length` unless there is one array of the right length and type per spec. */
export function checkLengths(
  data: readonly TensorData[],
  specs: readonly TensorSpec[],
  program: string,
): void {
  if (data.length !== specs.length) {
    throw new InputError(
      "learn.engine.length",
      `${program} takes ${specs.length} arrays here, not ${data.length}.`,
    );
  }
  specs.forEach(({ name, shape, type }, i) => {
    const right = type === "float32" ? Float32Array : Int32Array;
    if (data[i].length === size(shape) && data[i] instanceof right) return;
    throw new InputError(
      "learn.engine.length",
      `${program}: ${name} is ${type} with ${size(shape)} entries [${shape}], not a ${data[i].constructor.name} of ${data[i].length}.`,
    );
  });
}
