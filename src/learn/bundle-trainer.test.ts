import { describe, expect, test, vi } from "vitest";
import type { Examples } from "../data/examples.ts";
import { createBundleTrainer } from "./bundle-trainer.ts";
import { createProgramBundle } from "./create-program-bundle.ts";
import type { Loop } from "./engine.ts";
import { createEngineTrainer } from "./engine-trainer.ts";
import type { LoweredEngine } from "./lowered-program.ts";
import { onnxEngine, onnxLoweredEngine } from "./node/onnx-engine.ts";
import { initialParameters } from "./parameters.ts";
import { decodeProgramBundle, encodeProgramBundle } from "./program-bundle.ts";
import { findTask } from "./tasks/registry.ts";
import type { LocalWork, TrainJob } from "./training.ts";

const { task } = findTask("tabular-mlp");
/** Three classes of noisy points on a plane. */
const examples: Examples = {
  features: Float32Array.from({ length: 2 * 1230 }, (_, i) => Math.sin(i * i) + ((i >> 1) % 3)),
  scale: 1,
  shape: [2],
  labels: Int32Array.from({ length: 1230 }, (_, row) => row % 3),
  classes: 3,
};
const rows = Int32Array.from(examples.labels, (_, row) => row);
const parameters = initialParameters(task, examples, 1);
const work: LocalWork = {
  epochs: 2,
  batch: 32,
  optimizer: { kind: "sgd", rate: 0.1, momentum: 0.9 },
  proximal: 0.01,
};
const job: TrainJob = { kind: "train", shard: 0, parameters, work, seed: 3 };
const evaluation = { kind: "evaluate", parameters, on: 0 } as const;

/** As the client has it: through bytes. */
const sent = (corrected = false) =>
  decodeProgramBundle(encodeProgramBundle(createProgramBundle({ task, spec: examples, work, corrected })));
const bundle = sent();
const start = (engine: LoweredEngine = onnxLoweredEngine) =>
  createBundleTrainer({ bundle, data: { examples }, engine });

describe("a trainer without the task's source", () => {
  const dataset = { name: "points", train: examples, test: examples };
  const expected = () => createEngineTrainer({ task, dataset, shards: [rows], engine: onnxEngine });

  test("gives the bits of one that has it", async () => {
    await using with_ = expected();
    await using without = start();
    expect(await without.run(job)).toEqual(await with_.run(job));
    expect(await without.run({ ...job, seed: 4 })).toEqual(await with_.run({ ...job, seed: 4 }));
    expect(await without.run(evaluation)).toEqual(await with_.run(evaluation));
  });

  test("does so with a SCAFFOLD correction, too", async () => {
    const corrected = { ...job, correction: parameters.map((_, i) => 0.01 * Math.cos(i)) };
    await using with_ = expected();
    await using without = createBundleTrainer({
      bundle: sent(true),
      data: { examples },
      engine: onnxLoweredEngine,
    });
    expect(await without.run(corrected)).toEqual(await with_.run(corrected));
  });

  test("refuses work that the bundle was not built for", async () => {
    await using trainer = start();
    const code = "learn.bundle.work";
    const other = { ...work, optimizer: { ...work.optimizer, rate: 0.2 } };
    await expect(trainer.run({ ...job, work: other })).rejects.toMatchObject({ name: "RunError", code });
    await expect(trainer.run({ ...job, correction: parameters })).rejects.toMatchObject({ code });
    const { steps } = await trainer.run({ ...job, work: { ...work, epochs: 1 } });
    expect(steps).toBe(39);
  });

  test("knows its own examples only", async () => {
    await using trainer = start();
    const code = "learn.shard.unknown";
    await expect(trainer.run({ ...job, shard: 1 })).rejects.toMatchObject({ name: "RunError", code });
    await expect(trainer.run({ ...evaluation, on: "test" })).rejects.toMatchObject({
      name: "RunError",
      code,
    });
  });

  test.each([
    ["shape", { ...examples, shape: [1, 2] }],
    ["classes", { ...examples, classes: 4 }],
  ])("refuses data of another %s", (_, data) => {
    expect(() =>
      createBundleTrainer({ bundle, data: { examples: data }, engine: onnxLoweredEngine }),
    ).toThrow(expect.objectContaining({ name: "InputError", code: "learn.bundle.data" }));
  });
});

/** An engine that keeps the thread busy in every call, as WebAssembly does, and counts its calls. */
function busyEngine(milliseconds: number): LoweredEngine & { calls: number } {
  const engine = {
    name: "busy",
    calls: 0,
    open: async (): Promise<Loop> => ({
      start: () => {},
      step: async ([, y]) => {
        engine.calls++;
        const end = Date.now() + milliseconds;
        while (Date.now() < end);
        return [new Float32Array(y.length / work.batch)];
      },
      carry: async () => bundle.layout.slices.map(({ length }) => new Float32Array(length)),
      [Symbol.dispose]: () => {},
    }),
  };
  return engine;
}

describe("long jobs", () => {
  test.each([
    ["an engine that never waits", busyEngine(20)],
    ["ONNX Runtime", onnxLoweredEngine],
  ])("let timers fire in between (%s)", async (_, engine) => {
    await using trainer = start(engine);
    await trainer.run({ ...job, work: { ...work, epochs: 1 } });
    const fired = vi.fn();
    const timer = setInterval(fired, 1);
    await trainer.run({ ...job, work: { ...work, epochs: 8 } });
    clearInterval(timer);
    expect(fired.mock.calls.length).toBeGreaterThan(2);
  });

  test("end when they are aborted, between two calls, and the next job is none the worse", async () => {
    const engine = busyEngine(20);
    await using trainer = start(engine);
    const controller = new AbortController();
    const long = trainer.run({ ...job, work: { ...work, epochs: 1000 } }, controller.signal);
    const next = trainer.run({ ...job, work: { ...work, epochs: 1 } });
    setTimeout(() => controller.abort(), 30);
    await expect(long).rejects.toMatchObject({ name: "AbortError" });
    expect((await next).steps).toBe(39);
    // 5 for an epoch of 39 steps, of which the long job had 1000 before it.
    expect(engine.calls).toBeLessThan(100);
  });

  test("that were aborted before their turn do nothing", async () => {
    const engine = busyEngine(1);
    await using trainer = start(engine);
    const signal = AbortSignal.abort();
    await expect(trainer.run(job, signal)).rejects.toMatchObject({ name: "AbortError" });
    await expect(trainer.run(evaluation, signal)).rejects.toMatchObject({ name: "AbortError" });
    expect(engine.calls).toBe(0);
  });

  test("aborted on ONNX Runtime leave the bits of the next job alone", async () => {
    await using fresh = start();
    await using trainer = start();
    const controller = new AbortController();
    const long = trainer.run({ ...job, work: { ...work, epochs: 10_000 } }, controller.signal);
    setTimeout(() => controller.abort(), 20);
    await expect(long).rejects.toMatchObject({ name: "AbortError" });
    expect(await trainer.run(job)).toEqual(await fresh.run(job));
  });
});
