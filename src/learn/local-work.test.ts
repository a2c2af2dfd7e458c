/** What a client's work says beyond epochs, batches and optimiser. */
import { expect, test } from "vitest";
import { loadDataset } from "../data/node/index.ts";
import { createEngineTrainer } from "./engine-trainer.ts";
import { onnxEngine } from "./node/onnx-engine.ts";
import { initialParameters, layoutOf } from "./parameters.ts";
import { findTask } from "./tasks/registry.ts";
import type { LocalWork, TrainJob } from "./training.ts";

const mnist = await loadDataset({ dataset: "mnist", train: 200, test: 10 }, { seed: 1, baseFolder: "." });
const spec = { shape: mnist.train.shape, classes: 10 };
const { task } = findTask("mnist-mlp");
const parameters = initialParameters(task, spec, 2);
const rows = Int32Array.from({ length: 200 }, (_, row) => row);
const RATE = 0.1;
const plain: LocalWork = { epochs: 1, batch: 16, optimizer: { kind: "sgd", rate: RATE } };

async function trained(work: Partial<LocalWork>, more: Partial<TrainJob> = {}) {
  await using trainer = createEngineTrainer({ engine: onnxEngine, task, dataset: mnist, shards: [rows] });
  return trainer.run({ kind: "train", shard: 0, parameters, work: { ...plain, ...work }, seed: 5, ...more });
}

function largestGap(actual: Float32Array, expected: (i: number) => number): number {
  return actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected(i))), 0);
}

test("steps end the work early, also after whole epochs and beyond one call; more than there are change nothing", async () => {
  const whole = await trained({});
  expect(whole.steps).toBe(13);
  for (const steps of [1, 8, 9, 12]) expect((await trained({ steps })).steps).toBe(steps);
  expect((await trained({ epochs: 3, steps: 15 })).steps).toBe(15);
  const more = await trained({ steps: 14 });
  expect(more.steps).toBe(13);
  expect(more.update).toEqual(whole.update);
  expect(more.loss).toBe(whole.loss);
});

test("the loss of a few steps is that of the examples they saw", async () => {
  const { loss } = await trained({ steps: 1 });
  expect(loss).toBeGreaterThan(1.5);
  expect(loss).toBeLessThan(4);
});

test("worker momentum blends the change with what was sent last", async () => {
  const { update } = await trained({});
  const first = await trained({ workerMomentum: 0.75 });
  expect(largestGap(first.update, (i) => 0.25 * update[i])).toBeLessThan(1e-7);
  const sentLast = update.map((_, i) => Math.sin(i));
  const next = await trained({ workerMomentum: 0.75 }, { sentLast });
  expect(largestGap(next.update, (i) => 0.75 * sentLast[i] + 0.25 * update[i])).toBeLessThan(1e-6);
  const short = trained({ workerMomentum: 0.75 }, { sentLast: sentLast.subarray(1) });
  await expect(short).rejects.toMatchObject({ code: "learn.parameters.length" });
});

test("a tether pulls back by the gradient of every slice's mean squared distance", async () => {
  const weight = 30;
  const { update: one } = await trained({ steps: 1, tether: weight });
  const { update: alone } = await trained({ steps: 1 });
  // The first step begins at the anchor, where the tether does not pull.
  expect(largestGap(one, (i) => alone[i])).toBeLessThan(1e-6);
  const { update: free } = await trained({ steps: 2 });
  const { update: held } = await trained({ steps: 2, tether: weight });
  for (const { offset, length } of layoutOf(task, spec).slices) {
    const slice = held.subarray(offset, offset + length);
    const pull = (i: number) => ((RATE * 2 * weight) / length) * one[offset + i];
    expect(largestGap(slice, (i) => free[offset + i] - pull(i))).toBeLessThan(1e-6);
  }
  expect(largestGap(held, (i) => free[i])).toBeGreaterThan(1e-4);
});
