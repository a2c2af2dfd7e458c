/** Batches of a fixed size, gathered from a set of examples into buffers that are used again and again. */
import { type Examples, size } from "../data/examples.ts";
import type { TensorData } from "./engine.ts";

/** Most batches in one call of a loop: the cost of a call is spread over so many steps. */
const STEPS_PER_CALL = 8;
/** Feature entries beyond which a call carries fewer batches, so that large examples do not fill the memory. */
const ENTRIES_PER_CALL = 2 ** 22;

/** The inputs of a loop, several batches one after another: x [B, ...shape], y [B] and the weights w [B] of each. */
export class BatchBuffers {
  /** Examples that one call can take. */
  readonly capacity: number;
  readonly #examples: Examples;
  readonly #width: number;
  readonly #batch: number;
  readonly #x: Float32Array;
  readonly #y: Int32Array;
  readonly #w: Float32Array;

  /** @param most batches that a call will be given, where that is known to be few */
  constructor(examples: Examples, batch: number, most = STEPS_PER_CALL) {
    this.#examples = examples;
    this.#width = size(examples.shape);
    this.#batch = batch;
    const affordable = Math.floor(ENTRIES_PER_CALL / (batch * this.#width));
    this.capacity = batch * Math.max(1, Math.min(STEPS_PER_CALL, most, affordable));
    this.#x = new Float32Array(this.capacity * this.#width);
    this.#y = new Int32Array(this.capacity);
    this.#w = new Float32Array(this.capacity);
  }

  /**
   * The examples `rows[from]` to `rows[to - 1]`, at least one and at most `capacity`, as whole batches. What is left
   * of the last batch repeats its first example with weight 0: real values, so that padding can never bring a NaN
   * that the data does not have. The arrays are overwritten by the next call.
   */
  fill(rows: Int32Array, from: number, to: number): readonly TensorData[] {
    const batches = Math.ceil((to - from) / this.#batch);
    const length = batches * this.#batch;
    const lastBatch = from + length - this.#batch;
    for (let k = 0; k < length; k++) {
      const isReal = from + k < to;
      const row = rows[isReal ? from + k : lastBatch];
      copyRow(this.#examples, row * this.#width, this.#x, k * this.#width, this.#width);
      this.#y[k] = this.#examples.labels[row];
      this.#w[k] = isReal ? 1 : 0;
    }
    return [
      this.#x.subarray(0, length * this.#width),
      this.#y.subarray(0, length),
      this.#w.subarray(0, length),
    ];
  }
}

function copyRow(
  { features, scale }: Examples,
  source: number,
  target: Float32Array,
  at: number,
  width: number,
): void {
  if (scale === 1) {
    target.set(features.subarray(source, source + width), at);
    return;
  }
  for (let i = 0; i < width; i++) target[at + i] = features[source + i] * scale;
}
