/** Batches of a fixed size, gathered from a set of examples into buffers that are used again and again. */
import { type Examples, size } from "../data/examples.ts";
import type { TensorData } from "./engine.ts";

/** The inputs of a program: x [B, ...shape], y [B] and the weights w [B]. */
export class BatchBuffers {
  readonly inputs: readonly TensorData[];
  readonly #examples: Examples;
  readonly #width: number;
  readonly #batch: number;
  readonly #x: Float32Array;
  readonly #y: Int32Array;
  readonly #w: Float32Array;

  constructor(examples: Examples, batch: number) {
    this.#examples = examples;
    this.#width = size(examples.shape);
    this.#batch = batch;
    this.#x = new Float32Array(batch * this.#width);
    this.#y = new Int32Array(batch);
    this.#w = new Float32Array(batch);
    this.inputs = [this.#x, this.#y, this.#w];
  }

  /**
   * Fills the buffers with the examples `rows[from]` to `rows[to - 1]`, at least one and at most a batch of them.
   * What is left of the batch repeats the first of them with weight 0: real values, so that padding can never
   * bring a NaN that the data does not have.
   */
  fill(rows: Int32Array, from: number, to: number): void {
    const count = to - from;
    for (let k = 0; k < this.#batch; k++) {
      const row = rows[k < count ? from + k : from];
      copyRow(this.#examples, row * this.#width, this.#x, k * this.#width, this.#width);
      this.#y[k] = this.#examples.labels[row];
      this.#w[k] = k < count ? 1 : 0;
    }
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
