import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { loadDataset } from "../data/node/index.ts";
import { createEngineTrainer } from "./engine-trainer.ts";
import { exportOnnx } from "./export-onnx.ts";
import { onnxAccuracy } from "./node/onnx-accuracy.ts";
import { onnxEngine } from "./node/onnx-engine.ts";
import { initialParameters } from "./parameters.ts";
import { findTask } from "./tasks/registry.ts";

const dataset = await loadDataset({ dataset: "mnist", train: 600, test: 777 }, { seed: 1, baseFolder: "." });
const spec = { shape: dataset.train.shape, classes: 10 };
const shards = [Int32Array.from({ length: 600 }, (_, row) => row)];

test.each(["mnist-softmax", "mnist-mlp", "mnist-cnn"])(
  "%s predicts from its file as in training",
  async (name) => {
    const { task } = findTask(name);
    await using trainer = createEngineTrainer({ task, dataset, shards, engine: onnxEngine });
    const first = initialParameters(task, spec, 1);
    const work = { epochs: 3, batch: 32, optimizer: { kind: "sgd", rate: 0.1 } } as const;
    const { update } = await trainer.run({ kind: "train", shard: 0, parameters: first, work, seed: 1 });
    const parameters = first.map((value, i) => value + update[i]);
    const { accuracy } = await trainer.run({ kind: "evaluate", parameters, on: "test" });

    const file = exportOnnx(task, spec, parameters);
    expect(await onnxAccuracy(file, dataset.test)).toBeCloseTo(accuracy, 10);
    expect(accuracy).toBeGreaterThan(0.75);
  },
);

test("the file takes one example as well as many", async () => {
  const { task } = findTask("mnist-cnn");
  const session = await InferenceSession.create(exportOnnx(task, spec, initialParameters(task, spec, 1)));
  const logits = async (rows: number) => {
    const x = new Float32Array(rows * 784).map((_, i) => Math.sin(i));
    const [input] = session.inputNames;
    const output = await session.run({ [input]: new Tensor("float32", x, [rows, ...spec.shape]) });
    return output[session.outputNames[0]];
  };
  const [single, many] = [await logits(1), await logits(7)];
  expect(single.dims).toEqual([1, 10]);
  expect(many.dims).toEqual([7, 10]);
  const start = Array.from(many.data.slice(0, 10) as Float32Array, (value) => expect.closeTo(value, 5));
  expect([...(single.data as Float32Array)]).toEqual(start);
  await session.release();
});
