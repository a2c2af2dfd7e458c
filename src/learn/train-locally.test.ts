import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Examples } from "../data/examples.ts";
import type { Loop, TensorData } from "./engine.ts";
import { combineSums, evaluateLocally, type LoopShape, trainLocally } from "./train-locally.ts";
import type { TrainJob } from "./training.ts";

/** Row r holds the bytes (r, 2r) and the label r mod 3. */
function examplesOf(count: number): Examples {
  return {
    features: Uint8Array.from({ length: 2 * count }, (_, i) => (i >> 1) * (1 + (i & 1))),
    scale: 0.5,
    shape: [2],
    labels: Int32Array.from({ length: count }, (_, row) => row % 3),
    classes: 3,
  };
}

/** A loop that writes down the batches it is given; the loss of a batch is the mean of its rows' numbers. */
class RecordingLoop implements Loop {
  readonly #batch: number;
  started: { carry: readonly TensorData[]; constants: readonly TensorData[] } | undefined;
  batches: { x: number[]; y: number[]; w: number[] }[] = [];

  constructor(batch: number) {
    this.#batch = batch;
  }

  start(carry: readonly TensorData[], constants: readonly TensorData[]): void {
    this.started = { carry, constants };
  }

  async step([x, y, w]: readonly TensorData[]): Promise<readonly TensorData[]> {
    const calls = Array.from({ length: y.length / this.#batch }, (_, i) => {
      const part = (tensor: TensorData, width: number) =>
        Array.from(tensor.subarray(i * this.#batch * width, (i + 1) * this.#batch * width));
      return { x: part(x, 2), y: part(y, 1), w: part(w, 1) };
    });
    this.batches.push(...calls);
    const losses = calls.map(({ x, w }) => {
      const sum = w.reduce((total, weight, k) => total + weight * 2 * x[2 * k], 0);
      return sum / w.reduce((a, b) => a + b, 0);
    });
    return [Float32Array.from(losses), new Float32Array(calls.length).fill(1)];
  }

  async carry(): Promise<readonly TensorData[]> {
    return [Float32Array.of(5, 7), Float32Array.of(9), Float32Array.of(100)];
  }

  /** Rows of weight 1, epoch by epoch. */
  visited(perEpoch: number): number[][] {
    const rows = this.batches.flatMap(({ x, w }) =>
      w.flatMap((weight, k) => (weight === 1 ? [2 * x[2 * k]] : [])),
    );
    return Array.from({ length: rows.length / perEpoch }, (_, e) =>
      rows.slice(e * perEpoch, (e + 1) * perEpoch),
    );
  }

  [Symbol.dispose](): void {}
}

const layout = {
  slices: [
    { name: "a", shape: [2], offset: 0, length: 2 },
    { name: "b", shape: [], offset: 2, length: 1 },
  ],
  length: 3,
};
const shapeOf = (batch: number): LoopShape => ({ layout, state: [4], batch });
const jobOf = (change: Partial<TrainJob> & { epochs?: number } = {}): TrainJob => {
  const { epochs = 1, ...rest } = change;
  return {
    kind: "train",
    shard: 3,
    parameters: Float32Array.of(1, 2, 3),
    work: { epochs, batch: 4, optimizer: { kind: "sgd", rate: 0.1 } },
    seed: 1,
    ...rest,
  };
};

describe("training", () => {
  test("visits every row once an epoch, in batches of true values and padding of weight 0", async () => {
    const sizes = fc.record({
      rows: fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 60 }),
      batch: fc.integer({ min: 1, max: 9 }),
      epochs: fc.integer({ min: 1, max: 3 }),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ rows, batch, epochs, seed }) => {
        const loop = new RecordingLoop(batch);
        const job = jobOf({ epochs, seed });
        const result = await trainLocally(loop, shapeOf(batch), examplesOf(100), Int32Array.from(rows), job);
        const sorted = rows.toSorted((a, b) => a - b);
        for (const epoch of loop.visited(rows.length))
          expect(epoch.toSorted((a, b) => a - b)).toEqual(sorted);
        expect(result.steps).toBe(epochs * Math.ceil(rows.length / batch));
        expect(loop.batches.length).toBe(result.steps);
        expect(result.loss).toBeCloseTo(rows.reduce((a, b) => a + b, 0) / rows.length, 4);
        for (const { x, y, w } of loop.batches) {
          expect(w).toEqual(w.toSorted((a, b) => b - a));
          for (const [k, label] of y.entries()) {
            const row = 2 * x[2 * k];
            expect([x[2 * k + 1], label]).toEqual([row, row % 3]);
            expect(rows).toContain(row);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test("shuffles anew in each epoch, by the seed alone", async () => {
    const rows = Int32Array.from({ length: 30 }, (_, row) => row);
    const orders = async (seed: number) => {
      const loop = new RecordingLoop(7);
      await trainLocally(loop, shapeOf(7), examplesOf(30), rows, jobOf({ epochs: 2, seed }));
      return loop.visited(30);
    };
    const [first, second] = await orders(1);
    expect(first).not.toEqual(second);
    expect(await orders(1)).toEqual([first, second]);
    expect((await orders(2))[0]).not.toEqual(first);
    expect([...rows]).toEqual([...rows.keys()]);
  });

  test("starts from the parameters and zero state, and answers with the difference", async () => {
    const loop = new RecordingLoop(4);
    const correction = Float32Array.of(0.1, 0.2, 0.3);
    const job = jobOf({ correction, work: { ...jobOf().work, proximal: 0.5 } });
    const { update, examples } = await trainLocally(
      loop,
      shapeOf(4),
      examplesOf(5),
      Int32Array.of(0, 1, 4),
      job,
    );
    expect([...update]).toEqual([4, 5, 6]);
    expect(examples).toBe(3);
    const [a, b] = [Float32Array.of(1, 2), Float32Array.of(3)];
    expect(loop.started?.carry).toEqual([a, b, new Float32Array(4)]);
    expect(loop.started?.constants).toEqual([a, b, correction.subarray(0, 2), correction.subarray(2)]);
  });

  test("ends between two calls when it is aborted", async () => {
    const controller = new AbortController();
    const loop = new RecordingLoop(1);
    const step = loop.step.bind(loop);
    loop.step = (inputs) => {
      controller.abort();
      return step(inputs);
    };
    const rows = Int32Array.from({ length: 100 }, (_, row) => row);
    const run = trainLocally(loop, shapeOf(1), examplesOf(100), rows, jobOf(), controller.signal);
    await expect(run).rejects.toMatchObject({ name: "AbortError" });
    expect(loop.batches.length).toBe(8);
  });

  test("refuses an empty shard and vectors of a wrong length", async () => {
    const train = (rows: Int32Array, job: TrainJob) =>
      trainLocally(new RecordingLoop(4), shapeOf(4), examplesOf(5), rows, job);
    const empty = train(new Int32Array(0), jobOf());
    await expect(empty).rejects.toMatchObject({ code: "learn.shard.empty", at: "shard 3" });
    const code = "learn.parameters.length";
    await expect(train(Int32Array.of(0), jobOf({ parameters: new Float32Array(4) }))).rejects.toMatchObject({
      code,
    });
    await expect(train(Int32Array.of(0), jobOf({ correction: new Float32Array(2) }))).rejects.toMatchObject({
      code,
    });
  });
});

describe("evaluation", () => {
  test("takes the rows in order and adds up the batches", async () => {
    const loop = new RecordingLoop(2);
    const rows = Int32Array.of(3, 1, 4, 0, 2);
    const sums = await evaluateLocally(loop, shapeOf(2), examplesOf(5), rows, Float32Array.of(1, 2, 3));
    expect(loop.visited(5)).toEqual([[3, 1, 4, 0, 2]]);
    // Batch means (3 + 1)/2, (4 + 0)/2 and 2, and a score of 1 from each.
    expect(sums).toEqual({ examples: 5, loss: 6, score: 3 });
    expect(loop.started?.constants).toEqual([Float32Array.of(1, 2), Float32Array.of(3)]);
  });

  test("means are over examples, not over parts", () => {
    const parts = [
      { examples: 3, loss: 3, score: 3 },
      { examples: 1, loss: 5, score: 0 },
    ];
    expect(combineSums(parts, "here")).toEqual({ kind: "evaluate", examples: 4, loss: 2, accuracy: 0.75 });
    expect(() => combineSums([], "the held-out set")).toThrow(/no examples in the held-out set/);
  });
});
