import { createHash } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { loadDataset } from "../../data/node/index.ts";
import { createEngineTrainer } from "../engine-trainer.ts";
import { np } from "../index.ts";
import { initialParameters } from "../parameters.ts";
import { defineTask, type Task } from "../task.ts";
import { findTask } from "../tasks/registry.ts";
import type { EvaluateResult, LocalWork, Trainer, TrainJob, TrainResult } from "../training.ts";
import { onnxEngine } from "./onnx-engine.ts";
import { createWorkerTrainer } from "./worker-trainer.ts";

const dataset = await loadDataset(
  { dataset: "mnist", train: 1000, test: 2300 },
  { seed: 1, baseFolder: "." },
);
const spec = { shape: dataset.train.shape, classes: 10 };
/** Shards of 10, 110, 210, 310 rows, and an empty one. */
const shards = [0, 1, 2, 3].map((k) =>
  Int32Array.from({ length: 10 + 100 * k }, (_, i) => (i * 7 + k) % 1000),
);
shards.push(new Int32Array(0));

const { task } = findTask("mnist-mlp");
const parameters = initialParameters(task, spec, 1);
const work: LocalWork = { epochs: 2, batch: 32, optimizer: { kind: "sgd", rate: 0.1 } };

const start = (workers: number, own: Task = task): Promise<Trainer> =>
  createWorkerTrainer({ task: own, dataset, shards, work, workers });

/** A result with a digest in place of the update: equal exactly when all bits are. */
function digested(result: TrainResult | EvaluateResult) {
  if (result.kind === "evaluate") return result;
  return { ...result, update: createHash("sha256").update(result.update).digest("hex") };
}

/** Jobs of several programs at once, as rounds of different kinds would send them. */
async function everything(trainer: Trainer) {
  const correction = parameters.map((_, i) => 0.01 * Math.cos(i));
  const adam: LocalWork = { epochs: 1, batch: 64, optimizer: { kind: "adam", rate: 0.001 }, proximal: 0.1 };
  const jobs = [0, 1, 2, 3].flatMap((shard) => [
    trainer.run({ kind: "train", shard, parameters, work, seed: shard }),
    trainer.run({ kind: "train", shard, parameters, work, correction, seed: shard }),
    trainer.run({ kind: "train", shard, parameters, work: adam, seed: 9 }),
    trainer.run({ kind: "evaluate", parameters, on: shard }),
    trainer.run({ kind: "evaluate", parameters, on: "test" }),
  ]);
  return (await Promise.all(jobs)).map(digested);
}

describe("results", () => {
  test("are the same bits with 1 worker, 2 workers and in this thread", async () => {
    await using one = await start(1);
    await using two = await start(2);
    await using here = createEngineTrainer({ task, dataset, shards, engine: onnxEngine });
    const expected = await everything(one);
    expect(await everything(two)).toEqual(expected);
    expect(await everything(here)).toEqual(expected);
    expect(expected[0]).toMatchObject({ kind: "train", examples: 10, steps: 2 });
    expect(expected[15]).toMatchObject({ kind: "train", examples: 310, steps: 20 });
    expect(expected[4]).toMatchObject({ kind: "evaluate", examples: 2300 });
  });

  test("change with the seed, not with the order of the jobs", async () => {
    await using trainer = await start(2);
    const train = (seed: number) => trainer.run({ kind: "train", shard: 2, parameters, work, seed });
    const [first, other, again] = await Promise.all([train(1), train(2), train(1)]);
    expect(digested(again)).toEqual(digested(first));
    expect(digested(other)).not.toEqual(digested(first));
  });

  test("leave the parameters that were handed over alone", async () => {
    await using trainer = await start(1);
    const given = parameters.slice();
    await trainer.run({ kind: "train", shard: 1, parameters: given, work, seed: 1 });
    expect(given).toEqual(parameters);
  });
});

describe("errors", () => {
  const running = start(1);
  afterAll(async () => (await running)[Symbol.asyncDispose]());

  test("of a job come back with their class and code, and the thread goes on", async () => {
    const trainer = await running;
    const train = (shard: number, vector = parameters) =>
      trainer.run({ kind: "train", shard, parameters: vector, work, seed: 1 });
    await expect(train(4)).rejects.toMatchObject({
      name: "InputError",
      code: "learn.shard.empty",
      at: "shard 4",
    });
    await expect(train(0, new Float32Array(3))).rejects.toMatchObject({
      name: "InputError",
      code: "learn.parameters.length",
    });
    await expect(train(5)).rejects.toMatchObject({ name: "RunError", code: "learn.shard.unknown" });
    await expect(trainer.run({ kind: "evaluate", parameters, on: 4 })).rejects.toMatchObject({
      code: "learn.shard.empty",
    });
    expect((await train(0)).steps).toBe(2);
  });

  test("a loss that turns NaN is reported, not thrown", async () => {
    const trainer = await running;
    const wild: LocalWork = { epochs: 3, batch: 32, optimizer: { kind: "sgd", rate: 1e30 } };
    const { loss } = await trainer.run({ kind: "train", shard: 3, parameters, work: wild, seed: 1 });
    expect(loss).toBeNaN();
  });

  test("a task that cannot be traced fails at the start", async () => {
    const moved = defineTask({
      name: "moved",
      init: () => ({ y: np.array([1]) }),
      predict: ({ y }, x) => x.add(y.mul(y)),
    });
    await expect(start(1, moved)).rejects.toMatchObject({ name: "InputError", code: "learn.task.moved" });
  });

  test("a row that the data do not have fails at the start", async () => {
    const options = { task, dataset, work, workers: 1, shards: [Int32Array.of(1000)] };
    await expect(createWorkerTrainer(options)).rejects.toMatchObject({ code: "learn.shard.row" });
  });
});

test("an aborted job rejects, whether it waited or ran, and the thread goes on", async () => {
  await using trainer = await start(1);
  const controller = new AbortController();
  const job: TrainJob = { kind: "train", shard: 3, parameters, work, seed: 1 };
  const jobs = [0, 1].map(() => trainer.run(job, controller.signal));
  const evaluation = trainer.run({ kind: "evaluate", parameters, on: "test" }, controller.signal);
  const unmoved = trainer.run(job);
  controller.abort();
  for (const aborted of [...jobs, evaluation]) {
    await expect(aborted).rejects.toMatchObject({ name: "AbortError" });
  }
  expect((await unmoved).steps).toBe(20);
});

test.each([1, 2])("closing ends running and waiting jobs with an error (%i workers)", async (workers) => {
  const trainer = await start(workers);
  const train = (shard: number, epochs: number) =>
    trainer.run({ kind: "train", shard, parameters, work: { ...work, epochs }, seed: 1 });
  // Both threads have the program, so that both are inside ONNX Runtime when the first one is done.
  await Promise.all([train(0, 1), train(0, 1)]);
  const jobs = [train(0, 100), train(3, 400), train(2, 100)];
  const outcomes = Promise.allSettled(jobs);
  await new Promise(setImmediate);
  await trainer[Symbol.asyncDispose]();
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "learn.worker.stopped" } });
  }
  await expect(trainer.run({ kind: "evaluate", parameters, on: "test" })).rejects.toMatchObject({
    code: "learn.worker.stopped",
  });
});
