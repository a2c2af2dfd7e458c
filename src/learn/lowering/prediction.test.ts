import { nn, numpy as np } from "@jax-js/jax";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { size } from "../../data/examples.ts";
import { cnnTask } from "../tasks/cnn.ts";
import { lowerPrediction, type Prediction } from "./prediction.ts";

const wave = (length: number, step: number) => Float32Array.from({ length }, (_, i) => Math.sin(i * step));

const shapes: Record<string, number[]> = {
  "conv1.weight": [8, 1, 5, 5],
  "conv1.bias": [8],
  "conv2.weight": [16, 8, 5, 5],
  "conv2.bias": [16],
  output: [256, 10],
  "dense.bias": [10],
};
const cnn: Prediction = {
  name: "cnn",
  parameters: Object.entries(shapes).map(([name, shape], i) => ({
    name,
    shape,
    data: wave(size(shape), i + 0.7),
  })),
  inputShape: [1, 28, 28],
  apply: ([w1, b1, w2, b2, w3, b3], x) =>
    cnnTask("cnn", "").predict(
      { conv1: { weight: w1, bias: b1 }, conv2: { weight: w2, bias: b2 }, dense: { weight: w3, bias: b3 } },
      x,
      { shape: [1, 28, 28], classes: 10 },
    ),
};

test("the file answers for any number of examples as jax-js does", async () => {
  const session = await InferenceSession.create(lowerPrediction(cnn), { logSeverityLevel: 3 });
  expect(session.inputNames).toEqual(["input"]);
  expect(session.outputNames).toEqual(["output"]);
  for (const batch of [1, 2, 13, 40]) {
    const x = wave(batch * 784, 0.37);
    const { output } = await session.run({ input: new Tensor("float32", x, [batch, 1, 28, 28]) });
    const parameters = cnn.parameters.map(({ shape, data }) =>
      np.array(data as Float32Array<ArrayBuffer>, { shape: [...shape] }),
    );
    const wanted = cnn.apply(parameters, np.array(x, { shape: [batch, 1, 28, 28] }));
    expect(output.dims).toEqual([batch, 10]);
    const [actual, expected] = [output.data as Float32Array, wanted.dataSync()];
    const off = actual.reduce(
      (most, v, i) => Math.max(most, Math.abs(v - expected[i]) / (1 + Math.abs(expected[i]))),
      0,
    );
    expect(off).toBeLessThan(1e-4);
  }
  await session.release();
});

test("parameters keep their names and the file only standard operators", () => {
  const text = new TextDecoder("latin1").decode(lowerPrediction(cnn));
  for (const name of Object.keys(shapes))
    expect(text).toContain(name === "output" ? "parameter.output" : name);
  expect(text).not.toContain("com.microsoft");
});

test.each<[string, Prediction["apply"]]>([
  ["divides by the batch size", (_, x) => nn.softmax(x.ref.sub(np.mean(x, 0, { keepdims: true })))],
  ["answers for pairs of examples", (_, x) => np.matmul(x.ref, x.transpose())],
  ["answers for the whole batch", (_, x) => x.sum(0)],
  [
    "reshapes to the batch size twice",
    (_, x) => {
      const n = x.shape[0];
      const pairs = np.matmul(x.ref, x.transpose()).reshape([1, n, n]);
      return np.concatenate([pairs.ref, pairs.mul(2)], 0).sum([0, 2]);
    },
  ],
])("a prediction that %s is refused", (_, apply) => {
  const mixing: Prediction = { name: "mixing", parameters: [], inputShape: [3], apply };
  expect(() => lowerPrediction(mixing)).toThrow(expect.objectContaining({ code: "learn.export.batch" }));
});
