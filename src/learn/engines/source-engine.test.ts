import { expect, test } from "vitest";
import type { Examples } from "../../data/examples.ts";
import { createBundleTrainer } from "../bundle-trainer.ts";
import { createProgramBundle } from "../create-program-bundle.ts";
import { onnxLoweredEngine } from "../node/onnx-engine.ts";
import { initialParameters } from "../parameters.ts";
import { findTask } from "../tasks/registry.ts";
import { jaxEngine } from "./jax-engine.ts";
import { sourceEngine } from "./source-engine.ts";

const { task } = findTask("tabular-mlp");
const examples: Examples = {
  features: Float32Array.from({ length: 200 }, (_, i) => Math.sin(i * i)),
  scale: 1,
  shape: [2],
  labels: Int32Array.from({ length: 100 }, (_, row) => row % 3),
  classes: 3,
};
const work = { epochs: 1, batch: 16, optimizer: { kind: "adam", rate: 0.01 } } as const;
const bundle = createProgramBundle({ task, spec: examples, work, corrected: true });

test("programs from the source give what the bundle's models give", async () => {
  const parameters = initialParameters(task, examples, 1);
  const correction = parameters.map((_, i) => 0.1 * Math.cos(i));
  const engines = [onnxLoweredEngine, sourceEngine(jaxEngine, task, bundle)];
  const [models, source] = await Promise.all(
    engines.map(async (engine) => {
      await using trainer = createBundleTrainer({ bundle, data: { examples }, engine });
      return [
        await trainer.run({ kind: "train", shard: 0, parameters, work, correction, seed: 1 }),
        await trainer.run({ kind: "evaluate", parameters, on: 0 }),
      ] as const;
    }),
  );
  expect(source[0].steps).toBe(7);
  expect(source[0].loss).toBeCloseTo(models[0].loss, 5);
  for (const [i, x] of source[0].update.entries()) expect(x).toBeCloseTo(models[0].update[i], 4);
  expect(source[1].loss).toBeCloseTo(models[1].loss, 5);
  expect(source[1].accuracy).toBe(models[1].accuracy);
});

test("another task of the same name is refused", () => {
  const other = findTask("tabular-logistic").task;
  expect(() => sourceEngine(jaxEngine, other, bundle)).toThrow(
    expect.objectContaining({ name: "InputError", code: "learn.bundle.task" }),
  );
});
