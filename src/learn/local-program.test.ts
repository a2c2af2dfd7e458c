import { describe, expect, test } from "vitest";
import { loadDataset } from "../data/node/index.ts";
import { BatchBuffers } from "./batches.ts";
import type { Loop, TensorData } from "./engine.ts";
import { jaxEngine } from "./engines/jax-engine.ts";
import { evaluationProgram, trainingProgram } from "./local-program.ts";
import { onnxEngine } from "./node/onnx-engine.ts";
import { initialParameters, layoutOf } from "./parameters.ts";
import { programKey } from "./program-specs.ts";
import { sliceParameters } from "./slice-parameters.ts";
import type { Task } from "./task.ts";
import { findTask } from "./tasks/registry.ts";
import type { LocalOptimizer } from "./training.ts";

const mnist = await loadDataset({ dataset: "mnist", train: 200, test: 10 }, { seed: 1, baseFolder: "." });
const spec = { shape: mnist.train.shape, classes: 10 };
const rows = Int32Array.from({ length: 200 }, (_, row) => row);

const families = ["mnist-softmax", "mnist-mlp", "mnist-mlp-large", "mnist-cnn", "tabular-mlp"] as const;

function copied(tensors: readonly TensorData[]): Float32Array[] {
  return tensors.map((tensor) => Float32Array.from(tensor));
}

function inputsOf(batch: number, from: number, to: number): readonly TensorData[] {
  return new BatchBuffers(mnist.train, batch).fill(rows, from, to);
}

/** One step of plain SGD at rate 1: parameters minus the result are the gradient. */
async function gradient(task: Task, parameters: Float32Array, inputs: readonly TensorData[], batch: number) {
  const program = trainingProgram(task, spec, { batch, optimizer: { kind: "sgd", rate: 1 } });
  using loop = await onnxEngine.load(program);
  const slices = sliceParameters(layoutOf(task, spec), parameters);
  loop.start(slices, []);
  const [loss] = await loop.step(inputs);
  const after = copied(await loop.carry());
  return { loss: loss[0], slopes: slices.map((slice, k) => slice.map((value, i) => value - after[k][i])) };
}

function largestGap(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

describe.each(families)("%s", (name) => {
  const { task } = findTask(name);
  const layout = layoutOf(task, spec);
  // Away from a start at zero, where a softmax layer has no curvature to get wrong.
  const parameters = initialParameters(task, spec, 2).map((value, i) => value + 0.01 * Math.sin(i));

  test("has the gradient that finite differences see, in every parameter", async () => {
    const batch = 16;
    const inputs = inputsOf(batch, 0, batch);
    const { slopes } = await gradient(task, parameters, inputs, batch);
    using loop = await onnxEngine.load(evaluationProgram(task, spec, batch));
    const lossAt = async (k: number, step: number): Promise<number> => {
      const slices = sliceParameters(layout, parameters);
      loop.start(
        [],
        slices.with(
          k,
          slices[k].map((value, i) => value + step * slopes[k][i]),
        ),
      );
      return (await loop.step(inputs))[0][0] / batch;
    };
    for (let k = 0; k < slopes.length; k++) {
      // Along its own gradient g the loss must change by |g|² per unit; a kink of ReLU or pooling may lie between.
      const square = slopes[k].reduce((sum, g) => sum + g * g, 0);
      const step = 0.005 / Math.sqrt(square);
      const rise = ((await lossAt(k, step)) - (await lossAt(k, -step))) / (2 * step);
      expect(square, layout.slices[k].name).toBeGreaterThan(1e-6);
      expect(rise / square, layout.slices[k].name).toBeGreaterThan(0.98);
      expect(rise / square, layout.slices[k].name).toBeLessThan(1.02);
    }
  });

  test("gives 10 rows in a batch of 32 the step of a batch of 10", async () => {
    const padded = await gradient(task, parameters, inputsOf(32, 5, 15), 32);
    const exact = await gradient(task, parameters, inputsOf(10, 5, 15), 10);
    expect(padded.loss).toBeCloseTo(exact.loss, 5);
    padded.slopes.forEach((slope, k) => {
      expect(largestGap(slope, exact.slopes[k])).toBeLessThan(2e-6);
    });
  });
});

describe("both engines give the same training curve on MNIST", () => {
  const sgd: LocalOptimizer = { kind: "sgd", rate: 0.1 };
  const cases: [string, LocalOptimizer, number, number][] = [
    ["mnist-softmax", sgd, 20, 32],
    ["mnist-mlp", sgd, 20, 32],
    ["mnist-mlp", { kind: "adam", rate: 0.001, decay: 0.001, clip: 1 }, 20, 32],
    ["mnist-cnn", { kind: "sgd", rate: 0.05, momentum: 0.9 }, 6, 8],
  ];
  test.each(cases)("%s with %o, %i steps of %i", async (name, optimizer, steps, batch) => {
    const { task } = findTask(name);
    const program = trainingProgram(task, spec, { batch, optimizer, proximal: 0.01 });
    const slices = sliceParameters(layoutOf(task, spec), initialParameters(task, spec, 4));
    const state = program.carry
      .slice(slices.length)
      .map(({ shape }) => new Float32Array(shape.reduce((n, k) => n * k, 1)));
    const curve = async (loop: Loop) => {
      loop.start([...slices, ...state], slices);
      const losses: number[] = [];
      for (let i = 0; i < steps; i++) {
        const from = (i % 2) * batch;
        losses.push((await loop.step(inputsOf(batch, from, from + batch)))[0][0]);
      }
      return { losses, carry: copied(await loop.carry()) };
    };
    using slow = await jaxEngine.load(program);
    using fast = await onnxEngine.load(program);
    const [expected, actual] = [await curve(slow), await curve(fast)];
    for (const [i, loss] of actual.losses.entries()) {
      expect(Math.abs(loss - expected.losses[i])).toBeLessThan(2e-4);
    }
    expect(expected.losses.at(-1)).toBeLessThan(expected.losses[0]);
    actual.carry.forEach((tensor, k) => {
      expect(largestGap(tensor, expected.carry[k]), program.carry[k].name).toBeLessThan(1e-3);
    });
  });
});

test("works that differ in the program differ in the key, and only those", () => {
  const key = programKey({ batch: 32, optimizer: { kind: "sgd", rate: 0.1 } });
  expect(programKey({ batch: 32, optimizer: { kind: "sgd", rate: 0.1, momentum: 0 }, proximal: 0 })).toBe(
    key,
  );
  const others = [
    programKey({ batch: 31, optimizer: { kind: "sgd", rate: 0.1 } }),
    programKey({ batch: 32, optimizer: { kind: "sgd", rate: 0.2 } }),
    programKey({ batch: 32, optimizer: { kind: "sgd", rate: 0.1, clip: 1 } }),
    programKey({ batch: 32, optimizer: { kind: "sgd", rate: 0.1 }, proximal: 1 }),
    programKey({ batch: 32, optimizer: { kind: "sgd", rate: 0.1 }, corrected: true }),
    programKey({ batch: 32, optimizer: { kind: "adam", rate: 0.1 } }),
  ];
  expect(new Set([key, ...others]).size).toBe(7);
});
