/**
 * A `Loop` over a lowered program, for any of ONNX Runtime's packages: Node's native one and the browser's differ
 * only in how a session is opened and run.
 *
 * The carried state lives in two sets of arrays; each run reads one and writes the other, so nothing is copied or
 * allocated here.
 */
import { size } from "../../data/examples.ts";
import { RunError } from "../../errors.ts";
import type { Loop, TensorData, TensorSpec } from "../engine.ts";
import type { LoweredProgram } from "../lowered-program.ts";
import { checkLengths, stepsIn } from "./check-lengths.ts";

/** One of the packages, whose own tensor type is `Tensor`. */
export interface OnnxRuntime<Tensor> {
  open(model: Uint8Array): Promise<OnnxSession<Tensor>>;
  /** A tensor that rests on `data`, without copying it. */
  tensor(type: TensorSpec["type"], data: TensorData, shape: readonly number[]): Tensor;
}

export interface OnnxSession<Tensor> {
  /** Writes the outputs into the arrays of the fetched tensors. */
  run(feeds: Record<string, Tensor>, fetches: Record<string, Tensor>): Promise<void>;
  release(): Promise<void>;
}

export async function openLoop<Tensor>(runtime: OnnxRuntime<Tensor>, program: LoweredProgram): Promise<Loop> {
  const session = await runtime.open(program.model);
  return new OnnxLoop(runtime, session, program);
}

/** What the session is given, for either set of the state as the one to read. */
interface Arguments<Tensor> {
  readonly feeds: Record<string, Tensor>;
  readonly fetches: Record<string, Tensor>;
}

class OnnxLoop<Tensor> implements Loop {
  readonly #runtime: OnnxRuntime<Tensor>;
  readonly #session: OnnxSession<Tensor>;
  readonly #program: LoweredProgram;
  /** Both sets of the carried state; `#current` is the one that the next run reads. */
  readonly #states: readonly [TensorData[], TensorData[]];
  readonly #constants: TensorData[];
  readonly #arguments: readonly [Arguments<Tensor>, Arguments<Tensor>];
  readonly #lastInputs: (TensorData | undefined)[] = [];
  #outputs: TensorData[] = [];
  /** Steps that `#outputs` has room for. */
  #steps = 0;
  #current: 0 | 1 = 0;
  #started = false;
  #disposed = false;

  constructor(runtime: OnnxRuntime<Tensor>, session: OnnxSession<Tensor>, program: LoweredProgram) {
    const { carry, constants } = program;
    this.#runtime = runtime;
    this.#session = session;
    this.#program = program;
    this.#states = [carry.map((spec) => allocate(spec)), carry.map((spec) => allocate(spec))];
    this.#constants = constants.map((spec) => allocate(spec));
    const [even, odd] = this.#states;
    const fixed = this.#tensors("constant", constants, this.#constants);
    this.#arguments = [
      {
        feeds: { ...this.#tensors("carry", carry, even), ...fixed },
        fetches: this.#tensors("newCarry", carry, odd),
      },
      {
        feeds: { ...this.#tensors("carry", carry, odd), ...fixed },
        fetches: this.#tensors("newCarry", carry, even),
      },
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
    const steps = stepsIn(inputs, this.#program.inputs, this.#program.name);
    this.#makeRoom(steps);
    this.#setInputs(inputs, steps);
    const { feeds, fetches } = this.#arguments[this.#current];
    await this.#session.run(feeds, fetches);
    this.#current = this.#current === 0 ? 1 : 0;
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

  #makeRoom(steps: number): void {
    if (this.#steps === steps) return;
    const { outputs } = this.#program;
    this.#steps = steps;
    this.#outputs = outputs.map((spec) => allocate(spec, steps));
    const tensors = this.#tensors("output", outputs, this.#outputs, [steps]);
    for (const { fetches } of this.#arguments) Object.assign(fetches, tensors);
  }

  #setInputs(inputs: readonly TensorData[], steps: number): void {
    for (const [i, { type, shape }] of this.#program.inputs.entries()) {
      // Batches are usually gathered into the same array again and again.
      if (this.#lastInputs[i] === inputs[i]) continue;
      this.#lastInputs[i] = inputs[i];
      const tensor = this.#runtime.tensor(type, inputs[i], [steps, ...shape]);
      for (const { feeds } of this.#arguments) feeds[`input${i}`] = tensor;
    }
  }

  #tensors(
    prefix: string,
    specs: readonly TensorSpec[],
    arrays: readonly TensorData[],
    lead: readonly number[] = [],
  ): Record<string, Tensor> {
    return Object.fromEntries(
      specs.map(({ type, shape }, i) => [
        `${prefix}${i}`,
        this.#runtime.tensor(type, arrays[i], [...lead, ...shape]),
      ]),
    );
  }
}

function allocate({ type, shape }: TensorSpec, copies = 1): TensorData {
  const length = copies * size(shape);
  return type === "float32" ? new Float32Array(length) : new Int32Array(length);
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
