import { InferenceSession, Tensor } from "onnxruntime-node";
import { beforeAll, describe, expect, test } from "vitest";
import type { Dataset } from "../../data/examples.ts";
import { loadDataset } from "../../data/node/index.ts";
import { selectRows } from "../../data/select.ts";
import { SimulationRandom } from "../../numeric/random.ts";
import { jaxEngine } from "../engines/jax-engine.ts";
import { exportOnnx, initialParameters, layoutOf } from "../index.ts";
import { evaluationProgram, trainingProgram } from "../local-program.ts";
import { createEngineTrainer, onnxEngine } from "../node/index.ts";
import { sliceParameters } from "../slice-parameters.ts";
import { type DataSpec, specOf } from "../task.ts";
import { distMultTask } from "./distmult.ts";
import { findTask } from "./registry.ts";

/** A graph of 30 entities and 3 relations (6 with the ways back), and batches that name some entities twice. */
const small = { task: distMultTask("small", ""), spec: { shape: [2], classes: 30, ranges: [30, 6] } };
const random = SimulationRandom.fromSeed(7);
const batch = 16;
const pairs = Float32Array.from({ length: 2 * batch }, (_, i) =>
  i % 2 === 0 ? random.integer(9) : random.integer(6),
);
const labels = Int32Array.from({ length: batch }, () => random.integer(30));
const weights = new Float32Array(batch).fill(1).fill(0, batch - 3);

/** Of one row, by the definition: sum_k e_k r_k o_k for every entity o. */
function scoresOf([entities, relations]: readonly Float32Array[], row: number): number[] {
  const width = entities.length / 30;
  const [entity, relation] = pairs.subarray(2 * row, 2 * row + 2);
  return Array.from({ length: 30 }, (_, other) => {
    let sum = 0;
    for (let k = 0; k < width; k++) {
      sum += entities[entity * width + k] * relations[relation * width + k] * entities[other * width + k];
    }
    return sum;
  });
}

describe("on a small graph", () => {
  const { task, spec } = small;
  const parameters = initialParameters(task, spec, 3);
  const tables = sliceParameters(layoutOf(task, spec), parameters);

  test("a row's scores, loss and hit are those of their definitions", async () => {
    using loop = await onnxEngine.load(evaluationProgram(task, spec, 1));
    loop.start([], tables);
    const hits: number[] = [];
    for (let row = 0; row < batch; row++) {
      const scores = scoresOf(tables, row);
      const own = scores[labels[row]];
      const loss = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0)) - own;
      const hit = scores.filter((score) => score > own).length < 10 ? 1 : 0;
      const pair = pairs.slice(2 * row, 2 * row + 2);
      const got = await loop.step([pair, labels.slice(row, row + 1), Float32Array.of(1)]);
      expect(got[0][0]).toBeCloseTo(loss, 4);
      expect(got[1][0]).toBe(hit);
      hits.push(hit);
    }
    expect(new Set(hits)).toEqual(new Set([0, 1]));
  });

  test("nothing is a hit in a model that has diverged", async () => {
    using loop = await onnxEngine.load(evaluationProgram(task, spec, 1));
    loop.start(
      [],
      tables.map((table) => new Float32Array(table.length).fill(Number.NaN)),
    );
    expect((await loop.step([pairs.slice(0, 2), labels.slice(0, 1), Float32Array.of(1)]))[1][0]).toBe(0);
  });

  test("trains on ONNX Runtime as on jax-js, entities that come several times in a batch included", async () => {
    const optimizer = { kind: "adam", rate: 0.01, decay: 1e-4 } as const;
    const program = trainingProgram(task, spec, { batch, optimizer });
    const [ours, oracle] = await Promise.all(
      [onnxEngine, jaxEngine].map(async (engine) => {
        using loop = await engine.load(program);
        const state = program.carry.slice(tables.length);
        loop.start(
          [...tables, ...state.map(({ shape }) => new Float32Array(shape.reduce((n, k) => n * k, 1)))],
          [],
        );
        const losses: number[] = [];
        for (let step = 0; step < 10; step++) {
          losses.push((await loop.step([pairs, labels, weights]))[0][0]);
        }
        return { losses, carry: (await loop.carry()).map((array) => array.slice()) };
      }),
    );
    expect(oracle.losses[9]).toBeLessThan(oracle.losses[0] - 0.1);
    const near = (array: ArrayLike<number>) => Array.from(array, (value) => expect.closeTo(value, 4));
    expect(ours.losses).toEqual(near(oracle.losses));
    ours.carry.forEach((array, i) => {
      expect(Array.from(array)).toEqual(near(oracle.carry[i]));
    });
  });

  test.each<[string, DataSpec]>([
    ["pictures", { shape: [1, 28, 28], classes: 10 }],
    ["a table of two columns", { shape: [2], classes: 30 }],
    ["numbers of more things", { shape: [2], classes: 30, ranges: [30, 6, 2] }],
    ["numbers of things that are not the classes", { shape: [2], classes: 30, ranges: [29, 6] }],
  ])("refuses %s", (_, spec) => {
    expect(() => layoutOf(task, spec)).toThrow(
      expect.objectContaining({
        code: "learn.task.pairs",
        message: expect.stringContaining(`[${spec.shape}]`),
      }),
    );
  });
});

describe("on WordNet", () => {
  const { task } = findTask("wordnet-distmult");
  let dataset: Dataset;
  beforeAll(async () => {
    dataset = await loadDataset({ dataset: "wordnet" }, { seed: 1, baseFolder: "." });
  });

  test("learns in six passes what was held out, and predicts from its file as in training", async () => {
    const { train, test: heldOut } = dataset;
    const spec = specOf(dataset);
    const shards = [Int32Array.from(train.labels, (_, row) => row)];
    await using trainer = createEngineTrainer({ task, dataset, shards, engine: onnxEngine });
    const first = initialParameters(task, spec, 1);
    const before = await trainer.run({ kind: "evaluate", parameters: first, on: "test" });
    const work = { epochs: 6, batch: 256, optimizer: { kind: "adam", rate: 0.02, decay: 1e-4 } } as const;
    const { update } = await trainer.run({ kind: "train", shard: 0, parameters: first, work, seed: 1 });
    const parameters = first.map((value, i) => value + update[i]);
    const after = await trainer.run({ kind: "evaluate", parameters, on: "test" });
    expect(before.accuracy).toBeLessThan(0.02);
    expect(after.accuracy).toBeGreaterThan(0.3);

    const session = await InferenceSession.create(exportOnnx(task, spec, parameters));
    const some = selectRows(
      heldOut,
      Int32Array.from({ length: 200 }, (_, row) => row),
    );
    const feeds = { input: new Tensor("float32", some.features as Float32Array, [200, 2]) };
    const scores = (await session.run(feeds)).output.data as Float32Array;
    await session.release();
    let hits = 0;
    some.labels.forEach((label, row) => {
      const own = scores.subarray(row * spec.classes, (row + 1) * spec.classes);
      if (own.filter((score) => score > own[label]).length < 10) hits++;
    });
    const rows = { ...dataset, test: some };
    await using again = createEngineTrainer({ task, dataset: rows, shards, engine: onnxEngine });
    const { accuracy } = await again.run({ kind: "evaluate", parameters, on: "test" });
    // A score that all but ties with the label's may fall either way.
    expect(Math.abs(hits - 200 * accuracy)).toBeLessThanOrEqual(1);
  });
});
