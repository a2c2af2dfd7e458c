import { describe, expect, test } from "vitest";
import { jaxEngine } from "./engines/jax-engine.ts";
import { np } from "./index.ts";
import { evaluationProgram, trainingProgram } from "./local-program.ts";
import { structureOf } from "./parameters.ts";
import type { StepWork } from "./program-specs.ts";
import { sliceParameters } from "./slice-parameters.ts";
import { defineTask, type Task } from "./task.ts";
import { loopShape, trainLocally } from "./train-locally.ts";
import type { LocalOptimizer } from "./training.ts";

const spec = { shape: [1], classes: 2 };
const batch = { x: Float32Array.of(0), y: Int32Array.of(0), w: Float32Array.of(1) };

/** A task that minimises f(y), whatever the data say. */
function minimise(start: number[], f: (y: np.Array) => np.Array): Task {
  return defineTask({
    name: "function",
    init: () => ({ y: np.array(start) }),
    predict: ({ y }, x) => np.matmul(x, np.zeros([1, 2])).add(np.sum(y)),
    loss: ({ y }, x) => np.sum(x, 1).mul(0).add(f(y)),
  });
}

/** y0² − y0 + y1²/4 + 3·y1 from (1, −2). */
const bowl = minimise([1, -2], (y) => {
  const curve = np.array([1, 0.25]);
  const slope = np.array([-1, 3]);
  return np.sum(np.square(y.ref).mul(curve)).add(np.sum(y.mul(slope)));
});

async function path(
  task: Task,
  start: number[],
  work: Omit<StepWork, "batch">,
  steps: number,
  constants: Float32Array[] = [],
) {
  const program = trainingProgram(task, spec, { batch: 1, ...work });
  using loop = await jaxEngine.load(program);
  const state = program.carry.slice(1).map(({ shape }) => new Float32Array(shape.reduce((n, k) => n * k, 1)));
  loop.start([Float32Array.from(start), ...state], constants);
  const points: number[][] = [];
  for (let i = 0; i < steps; i++) {
    await loop.step([batch.x, batch.y, batch.w]);
    points.push([...(await loop.carry())[0]]);
  }
  return points;
}

function expectClose(actual: number[][], expected: number[][]): void {
  const close = (value: number) => expect.closeTo(value, 5);
  expect(actual).toEqual(expected.map((point) => point.map(close)));
}

describe("steps on y0² − y0 + y1²/4 + 3·y1 are PyTorch's", () => {
  // torch 2.15, float64, lr 0.05: torch.optim.SGD, torch.optim.Adam, torch.nn.utils.clip_grad_norm_.
  const cases: [string, Omit<LocalOptimizer, "rate">, number[][]][] = [
    [
      "momentum 0.9",
      { kind: "sgd", momentum: 0.9 },
      [
        [0.95, -2.1],
        [0.86, -2.2875],
        [0.743, -2.5490625],
        [0.6134, -2.870742188],
      ],
    ],
    [
      "momentum 0.9, weight decay 0.2",
      { kind: "sgd", momentum: 0.9, decay: 0.2 },
      [
        [0.94, -2.08],
        [0.8326, -2.2292],
        [0.694354, -2.435458],
        [0.54355366, -2.68584917],
      ],
    ],
    [
      "clipped to norm 0.5",
      { kind: "sgd", clip: 0.5 },
      [
        [0.988819665, -2.02236067],
        [0.977790937, -2.044796502],
        [0.966914115, -2.067306371],
        [0.956189447, -2.089889128],
      ],
    ],
    [
      "Adam",
      { kind: "adam" },
      [
        [0.95, -2.05],
        [0.900206115, -2.099982617],
        [0.850793137, -2.149936006],
        [0.801969531, -2.199848156],
      ],
    ],
    [
      "Adam, betas 0.8 and 0.95, epsilon 1e-3, weight decay 0.2",
      { kind: "adam", beta1: 0.8, beta2: 0.95, epsilon: 1e-3, decay: 0.2 },
      [
        [0.950041632, -2.04996877],
        [0.900347737, -2.099886927],
        [0.851131255, -2.149720063],
        [0.802636851, -2.199433566],
      ],
    ],
  ];
  test.each(cases)("%s", async (_, optimizer, expected) => {
    expectClose(await path(bowl, [1, -2], { optimizer: { ...optimizer, rate: 0.05 } }, 4), expected);
  });

  test("a clip above the gradient's norm changes nothing", async () => {
    const plain = await path(bowl, [1, -2], { optimizer: { kind: "sgd", rate: 0.05 } }, 2);
    expectClose(await path(bowl, [1, -2], { optimizer: { kind: "sgd", rate: 0.05, clip: 100 } }, 2), plain);
  });
});

test("FedProx pulls towards the received model: gradient (y − 3) + 0.1(y − 1) at 0.9, rate 0.1", async () => {
  const task = minimise([0.9], (y) => np.sum(np.square(y.sub(3)).mul(0.5)));
  const work = { optimizer: { kind: "sgd", rate: 0.1 }, proximal: 0.1 } as const;
  expectClose(await path(task, [0.9], work, 1, [Float32Array.of(1)]), [[1.111]]);
});

const square = minimise([1], (y) => np.sum(np.square(y)));

async function trainSquare(work: Omit<StepWork, "batch">, correction: number | undefined, epochs: number) {
  const program = trainingProgram(square, spec, { ...work, batch: 1, corrected: correction !== undefined });
  using loop = await jaxEngine.load(program);
  const examples = {
    features: Float32Array.of(0),
    scale: 1,
    shape: [1],
    labels: Int32Array.of(0),
    classes: 2,
  };
  return await trainLocally(
    loop,
    loopShape(program, structureOf(square, spec).layout),
    examples,
    Int32Array.of(0),
    {
      kind: "train",
      shard: 0,
      parameters: Float32Array.of(1),
      work: { epochs, batch: 1, ...work },
      ...(correction === undefined ? {} : { correction: Float32Array.of(correction) }),
      seed: 1,
    },
  );
}

describe("SCAFFOLD on y² from 1 with c − c_k = 0.5 − 0.3, rate 0.1", () => {
  const optimizer = { kind: "sgd", rate: 0.1 } as const;

  test("one and two steps give 0.78 and 0.604", async () => {
    expect((await trainSquare({ optimizer }, 0.5 - 0.3, 1)).update[0]).toBeCloseTo(0.78 - 1, 6);
    expect((await trainSquare({ optimizer }, 0.5 - 0.3, 2)).update[0]).toBeCloseTo(0.604 - 1, 6);
  });

  test("with a proximal term both constants arrive in their places", async () => {
    // y1 = 1 − 0.1(2 + 0 + 0.2) = 0.78; y2 = 0.78 − 0.1(1.56 + 0.5(0.78 − 1) + 0.2) = 0.615
    expect((await trainSquare({ optimizer, proximal: 0.5 }, 0.2, 2)).update[0]).toBeCloseTo(0.615 - 1, 6);
  });

  test("the correction is added after clipping", async () => {
    // The gradient 2 is clipped to 1: y1 = 1 − 0.1(1 + 0.2).
    expect((await trainSquare({ optimizer: { ...optimizer, clip: 1 } }, 0.2, 1)).update[0]).toBeCloseTo(
      -0.12,
      6,
    );
  });

  test("the loss reported is the mean before each step", async () => {
    expect((await trainSquare({ optimizer }, undefined, 2)).loss).toBeCloseTo((1 + 0.8 ** 2) / 2, 6);
  });
});

test("evaluation sums skip rows of weight 0", async () => {
  using loop = await jaxEngine.load(evaluationProgram(square, spec, 3));
  loop.start([], sliceParameters(structureOf(square, spec).layout, Float32Array.of(3)));
  const [loss, score] = await loop.step([new Float32Array(3), new Int32Array(3), Float32Array.of(1, 0, 1)]);
  expect(loss[0]).toBeCloseTo(18, 5);
  // All logits are equal: the first class counts as predicted, and the labels are 0.
  expect(score[0]).toBe(2);
});
