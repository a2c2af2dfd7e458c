import protobuf from "protobufjs/light.js";
import { expect, test } from "vitest";
import { createProgramBundle } from "../create-program-bundle.ts";
import { findTask } from "../tasks/registry.ts";
import { withoutReferences } from "./onnx-schema.ts";

test.each(["mnist-mlp", "mnist-cnn"])("a lowered model passes unchanged (%s)", (name) => {
  const { training, evaluation } = createProgramBundle({
    task: findTask(name).task,
    spec: { shape: [1, 28, 28], classes: 10 },
    work: { epochs: 1, batch: 8, optimizer: { kind: "adam", rate: 0.01, clip: 1 }, proximal: 0.1 },
    corrected: true,
  });
  for (const { model } of [training, evaluation]) {
    expect(Buffer.compare(withoutReferences(model, name), model)).toBe(0);
  }
});

test("data that a tensor takes from a file of the machine are left behind", () => {
  const field = (id: number, bytes: Uint8Array) =>
    protobuf.Writer.create()
      .uint32(id * 8 + 2)
      .bytes(bytes)
      .finish();
  const text = (id: number, value: string) => field(id, new TextEncoder().encode(value));
  // ModelProto.graph (7), GraphProto.initializer (5), TensorProto: name (8), external_data (13), data_location (14).
  const entry = field(13, Buffer.concat([text(1, "location"), text(2, "private.csv")]));
  const tensor = Buffer.concat([text(8, "weight"), entry, Uint8Array.of(14 * 8, 1)]);
  const model = field(7, field(5, tensor));
  const contains = (bytes: Uint8Array, words: string) => Buffer.from(bytes).includes(words);
  expect(contains(model, "private.csv")).toBe(true);
  const safe = withoutReferences(model, "step");
  expect(contains(safe, "weight")).toBe(true);
  expect(contains(safe, "private.csv")).toBe(false);
});

test("bytes that are no model are refused by name", () => {
  for (const bytes of [Uint8Array.of(255, 255, 255), new Uint8Array(64).fill(0x3a)]) {
    expect(() => withoutReferences(bytes, "mnist-mlp step")).toThrow(
      expect.objectContaining({
        code: "learn.bundle.model",
        message: expect.stringContaining("mnist-mlp step"),
      }),
    );
  }
});
