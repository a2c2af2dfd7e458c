import { expect, test } from "vitest";
import { exportSafetensors, importSafetensors } from "./export-safetensors.ts";
import { layoutOf } from "./parameters.ts";
import { findTask } from "./tasks/registry.ts";

const layout = layoutOf(findTask("tabular-mlp").task, { shape: [5], classes: 3 });
const parameters = Float32Array.from({ length: layout.length }, (_, i) => Math.fround(Math.sin(i)));

test("a model comes back from its file bit by bit", () => {
  const bytes = exportSafetensors(layout, parameters, { task: "tabular-mlp", seed: "7" });
  const read = importSafetensors(layout, bytes);
  expect(read.parameters).toEqual(parameters);
  expect(read.metadata).toEqual({ task: "tabular-mlp", seed: "7" });
});

test("a file of another task is refused, naming the tensor", () => {
  const bytes = exportSafetensors(layout, parameters);
  const code = "learn.model.mismatch";
  const other = layoutOf(findTask("tabular-mlp").task, { shape: [6], classes: 3 });
  expect(() => importSafetensors(other, bytes)).toThrow(
    /"dense1\.weight" as \[5,64\], where float32 \[6,64\]/,
  );
  const fewer = { slices: layout.slices.slice(0, -1), length: layout.length - 3 };
  expect(() => importSafetensors(fewer, bytes)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining('"dense3.bias"') }),
  );
  const softmax = layoutOf(findTask("tabular-logistic").task, { shape: [5], classes: 3 });
  expect(() => importSafetensors(softmax, bytes)).toThrow(/lacks the tensor "weight"/);
  expect(() => exportSafetensors(layout, parameters.subarray(1))).toThrow(
    expect.objectContaining({ code: "learn.parameters.length" }),
  );
  expect(() => importSafetensors(layout, bytes.subarray(0, 40))).toThrow(
    expect.objectContaining({ code: "frame.truncated" }),
  );
});
