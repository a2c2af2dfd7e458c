import { expect, it } from "vitest";
import type { Table } from "./builder.ts";
import { encodeTable } from "./encode.ts";

const table: Table = {
  file: "t.csv",
  rows: 4,
  features: [
    // Training rows hold 1, 3, 5: mean 3, deviation sqrt(8/3). Row 3 is held out and must not count.
    { name: "x", kind: "number", values: [1, 3, 5, 1000] },
    { name: "c", kind: "text", values: [1, 0, 1, 2], categories: ["a", "b", "c"] },
    // Constant but for the held-out row; 0.1 has no exact mean in binary.
    { name: "y", kind: "number", values: [0.1, 0.1, 0.1, 2.1] },
  ],
  label: "kind",
  labels: Int32Array.of(0, 1, 0, 1),
  classNames: ["no", "yes"],
};

it("standardises numbers by the training rows alone and one-hot encodes text", () => {
  const { train, test } = encodeTable(table, Int32Array.of(0, 1, 2), Int32Array.of(3));
  const z = Math.fround(2 / Math.sqrt(8 / 3));
  expect([...train.features]).toEqual([-z, 0, 1, 0, 0, 0, 1, 0, 0, 0, z, 0, 1, 0, 0]);
  expect([...test.features]).toEqual([Math.fround(997 / Math.sqrt(8 / 3)), 0, 0, 1, 2]);
  expect(train).toMatchObject({ scale: 1, shape: [5], labels: Int32Array.of(0, 1, 0), classes: 2 });
  expect(test.labels).toEqual(Int32Array.of(1));
});

it("keeps differences that 32-bit floats lose before standardising", () => {
  // Milliseconds since 1970: neighbours are equal as 32-bit floats.
  const values = [1.7e12, 1.7e12 + 1];
  const times: Table = { ...table, rows: 2, features: [{ name: "x", kind: "number", values }] };
  expect([...encodeTable(times, Int32Array.of(0, 1), new Int32Array()).train.features]).toEqual([-1, 1]);
});
