import { describe, expect, test } from "vitest";
import { jaxEngine } from "./engines/jax-engine.ts";
import {
  createEngineTrainer,
  type DataSpec,
  defineTask,
  heNormal,
  initialParameters,
  isTask,
  layoutOf,
  nn,
  np,
  random,
} from "./index.ts";
import { sliceParameters } from "./slice-parameters.ts";
import type { TaskEmbeddings } from "./task.ts";

const spec: DataSpec = { shape: [3], classes: 2 };

/** A task of one's own, as the README shows it. */
const tiny = defineTask({
  name: "tiny",
  init: (key, { shape, classes }) => {
    const [key1, key2] = random.split(key, 2);
    return {
      hidden: { weight: heNormal(key1, [shape[0], 8]), bias: np.zeros([8]) },
      out: { weight: heNormal(key2, [8, classes]), bias: np.zeros([classes]) },
    };
  },
  predict({ hidden, out }, x) {
    const z = nn.relu(np.matmul(x, hidden.weight).add(hidden.bias));
    return np.matmul(z, out.weight).add(out.bias);
  },
});

/** 40 points on either side of the plane x0 = x1. */
const examples = {
  features: Float32Array.from({ length: 120 }, (_, i) => Math.sin(i * i)),
  scale: 1,
  shape: [3],
  labels: Int32Array.from({ length: 40 }, (_, i) =>
    Math.sin((3 * i) ** 2) > Math.sin((3 * i + 1) ** 2) ? 1 : 0,
  ),
  classes: 2,
};
const dataset = { name: "plane", train: examples, test: examples };
const shards = [Int32Array.from({ length: 40 }, (_, i) => i)];

function trainer(task = tiny) {
  return createEngineTrainer({ task, dataset, shards, engine: jaxEngine });
}

const work = { epochs: 1, batch: 16, optimizer: { kind: "sgd", rate: 0.1 } } as const;

describe("a task of one's own", () => {
  test("names its parameters and learns", async () => {
    expect(layoutOf(tiny, spec)).toEqual({
      length: 50,
      slices: [
        { name: "hidden.weight", shape: [3, 8], offset: 0, length: 24 },
        { name: "hidden.bias", shape: [8], offset: 24, length: 8 },
        { name: "out.weight", shape: [8, 2], offset: 32, length: 16 },
        { name: "out.bias", shape: [2], offset: 48, length: 2 },
      ],
    });
    await using training = trainer();
    const parameters = initialParameters(tiny, spec, 1);
    const { update, steps } = await training.run({
      kind: "train",
      shard: 0,
      parameters,
      work: { epochs: 40, batch: 16, optimizer: { kind: "adam", rate: 0.05 } },
      seed: 5,
    });
    expect(steps).toBe(120);
    const trained = parameters.map((value, i) => value + update[i]);
    const { accuracy } = await training.run({ kind: "evaluate", parameters: trained, on: "test" });
    expect(accuracy).toBeGreaterThan(0.95);
  });

  test("may bring its own loss and metric", async () => {
    // Mean absolute error of one output against the label; the score is the output itself.
    const task = defineTask({
      name: "regression",
      init: () => ({ y: np.array([0.25]) }),
      predict: ({ y }, x) => np.zerosLike(x).slice([], [0, 2]).add(y),
      loss: ({ y }, x, labels) => np.abs(labels.astype(np.float32).sub(y)).add(np.sum(x, 1).mul(0)),
      metric: (logits, y) => np.max(logits, 1).add(y.mul(0)),
    });
    await using training = trainer(task);
    const result = await training.run({ kind: "evaluate", parameters: Float32Array.of(0.25), on: 0 });
    const ones = examples.labels.reduce((sum, label) => sum + label, 0);
    expect(result.loss).toBeCloseTo((0.75 * ones + 0.25 * (40 - ones)) / 40, 6);
    expect(result.accuracy).toBeCloseTo(0.25, 6);
  });
});

describe("a faulty task is named, with the remedy", () => {
  const parameters = Float32Array.of(0.5);
  const scalar = { name: "faulty", init: () => ({ y: np.array([0.5]) }) };
  const logits = (x: np.Array, y: np.Array): np.Array => x.slice([], [0, 2]).add(y);

  test("an array used twice without .ref", async () => {
    await using training = trainer(defineTask({ ...scalar, predict: ({ y }, x) => logits(x, y.mul(y)) }));
    const failure = training.run({ kind: "train", shard: 0, parameters, work, seed: 1 });
    await expect(failure).rejects.toMatchObject({
      code: "learn.task.moved",
      message: expect.stringMatching(/"predict" of task "faulty".*float32\[1\].*\.ref/),
    });
  });

  test("logits of a wrong shape, anything thrown", async () => {
    await using wrong = trainer(defineTask({ ...scalar, predict: ({ y }, x) => x.add(y) }));
    await expect(wrong.run({ kind: "evaluate", parameters, on: 0 })).rejects.toMatchObject({
      code: "learn.task.shape",
      message: expect.stringContaining("[500,3] where [500,2]"),
    });
    await using broken = trainer(
      defineTask({ ...scalar, predict: ({ y }, x) => np.matmul(x, y.reshape([1, 1])) }),
    );
    await expect(broken.run({ kind: "evaluate", parameters, on: 0 })).rejects.toMatchObject({
      code: "learn.task.failed",
      at: "task faulty, predict",
    });
    const mean = defineTask({ ...scalar, predict: ({ y }, x) => logits(x, y), loss: (_, x) => np.mean(x) });
    await using scalarLoss = trainer(mean);
    await expect(
      scalarLoss.run({ kind: "train", shard: 0, parameters, work, seed: 1 }),
    ).rejects.toMatchObject({
      code: "learn.task.shape",
      message: expect.stringContaining('"loss" of task "faulty" gave the shape [] where [16]'),
    });
  });

  test("parameters that are no arrays, of another type, or named alike", () => {
    const predict = (_: unknown, x: np.Array): np.Array => x;
    const build = (init: () => unknown) =>
      layoutOf(defineTask({ name: "faulty", init: init as () => np.Array, predict }), spec);
    const code = "learn.task.parameters";
    expect(() => build(() => ({ w: 3 }))).toThrow(expect.objectContaining({ code }));
    expect(() => build(() => ({}))).toThrow(expect.objectContaining({ code }));
    expect(() => build(() => ({ w: np.zeros([2], { dtype: np.int32 }) }))).toThrow(/float32/);
    expect(() => build(() => ({ "a.b": np.zeros([1]), a: { b: np.zeros([1]) } }))).toThrow(/"a\.b" twice/);
    expect(() => build(() => ({ "a b": np.zeros([1]) }))).toThrow(/"a b"/);
    expect(() => defineTask({ name: "no spaces", init: () => np.zeros([1]), predict })).toThrow(/no spaces/);
    expect(() => defineTask({ name: "x", init: 3 as never, predict })).toThrow(/"init"/);
    expect(isTask(tiny)).toBe(true);
    expect(isTask({ name: "x" })).toBe(false);
  });

  const table = (embeddings: TaskEmbeddings) =>
    defineTask({
      name: "faulty",
      embeddings,
      init: () => ({ table: np.zeros([4, 2]), bias: np.zeros([2]) }),
      predict: ({ bias }) => bias,
    });

  test.each<[string, TaskEmbeddings, number, RegExp]>([
    ["under a name that is not there", { parameter: "tables", columns: [0], labels: false }, 2, /"tables"/],
    ["of one dimension", { parameter: "bias", columns: [0], labels: false }, 2, /no table "bias"/],
    ["with fewer rows than labels", { parameter: "table", columns: [0], labels: true }, 5, /4 ent.*5 labels/],
    [
      "by features that are not there",
      { parameter: "table", columns: [0, 3], labels: false },
      2,
      /feature 3/,
    ],
  ])("a table of embeddings %s", (_, embeddings, classes, message) => {
    const build = () => layoutOf(table(embeddings), { ...spec, classes });
    expect(build).toThrow(expect.objectContaining({ code: "learn.task.parameters" }));
    expect(build).toThrow(message);
    expect(layoutOf(table({ parameter: "table", columns: [0, 2], labels: true }), spec).length).toBe(10);
  });
});

describe("first parameters", () => {
  test("come from the seed alone", () => {
    const first = initialParameters(tiny, spec, 1);
    expect(initialParameters(tiny, spec, 1)).toEqual(first);
    expect(initialParameters(tiny, spec, 2)).not.toEqual(first);
  });

  test("have He's variance and Glorot's limits", () => {
    const wide = { shape: [400], classes: 300 };
    const task = defineTask({
      name: "wide",
      init: (key, { shape, classes }) => ({ weight: heNormal(key, [shape[0], classes]) }),
      predict: ({ weight }, x) => np.matmul(x, weight),
    });
    const [weight] = sliceParameters(layoutOf(task, wide), initialParameters(task, wide, 3));
    const variance = weight.reduce((sum, w) => sum + w * w, 0) / weight.length;
    // 120,000 draws: the standard error of the variance is 0.4 %.
    expect(variance / (2 / 400)).toBeGreaterThan(0.98);
    expect(variance / (2 / 400)).toBeLessThan(1.02);
  });
});
