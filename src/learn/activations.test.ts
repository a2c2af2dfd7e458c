import { expect, test } from "vitest";
import { patterned } from "../adversary/data/triggers.ts";
import { clusterActivations } from "../aggregation/inspection/activation-clustering.ts";
import { concatenate } from "../data/concatenate.ts";
import { loadDataset } from "../data/node/index.ts";
import { drawRows, selectRows } from "../data/select.ts";
import { SimulationRandom } from "../numeric/random.ts";
import { activationsOf } from "./activations.ts";
import { createEngineTrainer } from "./engine-trainer.ts";
import { jaxEngine } from "./engines/jax-engine.ts";
import { onnxEngine } from "./node/onnx-engine.ts";
import { initialParameters } from "./parameters.ts";
import { findTask } from "./tasks/registry.ts";

const mnist = await loadDataset({ dataset: "mnist", train: 2000, test: 100 }, { seed: 1, baseFolder: "." });
/** Three in a hundred: about a fifth of the class that they are called. */
const TRIGGERED = 60;
const spec = { shape: mnist.train.shape, classes: 10 };

test.each(["mnist-mlp", "mnist-cnn"])(
  "%s: both engines see the same, and never below a ReLU",
  async (name) => {
    const { task } = findTask(name);
    const model = initialParameters(task, spec, 3);
    const seen = await activationsOf(task, model, mnist.test, onnxEngine);
    const expected = await activationsOf(task, model, mnist.test, jaxEngine);
    expect(seen.length).toBe(100);
    seen.forEach((row, i) => {
      row.forEach((value, j) => {
        expect(value).toBeCloseTo(expected[i][j], 4);
      });
      expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
    });
  },
);

test("a task without a hidden layer has nothing to look at", async () => {
  const { task } = findTask("mnist-softmax");
  const seen = activationsOf(task, initialParameters(task, spec, 3), mnist.test, onnxEngine);
  await expect(seen).rejects.toThrow('Task "mnist-softmax" has no hidden layer');
});

test("activation clustering finds the triggered pictures of a backdoored model, and no others", async () => {
  const seed = 7;
  const random = SimulationRandom.fromSeed(seed);
  const { task } = findTask("mnist-mlp-large");
  const poisoned = concatenate([
    mnist.train,
    patterned(selectRows(mnist.train, drawRows(2000, TRIGGERED, random, "rows")), { target: 0 }),
  ]);
  const rows = Int32Array.from({ length: 2000 + TRIGGERED }, (_, row) => row);
  await using trainer = createEngineTrainer({
    ...{ engine: onnxEngine, task, shards: [rows] },
    dataset: { ...mnist, train: poisoned },
  });
  const parameters = initialParameters(task, spec, seed);
  const work = { epochs: 40, batch: 32, optimizer: { kind: "sgd", rate: 0.1 } } as const;
  const { update } = await trainer.run({ kind: "train", shard: 0, parameters, work, seed });
  const model = parameters.map((value, i) => value + update[i]);
  const inspected = clusterActivations(
    await activationsOf(task, model, poisoned, onnxEngine),
    poisoned.labels,
    { random, components: "independent" },
  );
  const flagged = new Set(inspected.flatMap((one) => one.flagged));
  const found = [...flagged].filter((row) => row >= 2000).length;
  const f1 = (2 * found) / (flagged.size + TRIGGERED);
  console.log(`seed ${seed}: F1 ${f1.toFixed(3)}`);
  expect(f1).toBeGreaterThan(0.95);
});
