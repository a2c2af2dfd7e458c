import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SimulationRandom } from "../numeric/random.ts";
import { splitRows } from "./split.ts";

const random = () => SimulationRandom.fromSeed(5);

describe("splitRows", () => {
  it("holds out a fifth, disjoint from the rest, the same for the same seed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 500 }), (rows) => {
        const { train, test } = splitRows(rows, {}, random());
        expect(test).toHaveLength(Math.max(1, Math.round(rows / 5)));
        expect(new Set([...train, ...test]).size).toBe(rows);
        expect(train.length + test.length).toBe(rows);
        expect(splitRows(rows, {}, random())).toEqual({ train, test });
      }),
    );
  });

  it("keeps to the limits, in ascending order", () => {
    const { train, test } = splitRows(100, { train: 30, test: 10 }, random());
    expect([train.length, test.length]).toEqual([30, 10]);
    expect(new Set([...train, ...test]).size).toBe(40);
    expect(train).toEqual(train.slice().sort());
    expect(train).not.toEqual(Int32Array.from({ length: 30 }, (_, i) => train[0] + i));
  });

  it("leaves every owner a training row", () => {
    const owners = Array.from({ length: 60 }, (_, row) => `owner ${row % 45}`);
    const { train, test } = splitRows(60, { test: 15 }, random(), owners);
    expect(test).toHaveLength(15);
    expect(new Set(Array.from(train, (row) => owners[row])).size).toBe(45);
    expect(() => splitRows(60, { test: 16 }, random(), owners)).toThrow(
      expect.objectContaining({ code: "data.split", message: expect.stringContaining("at most 15") }),
    );
  });

  it.each([
    [1, {}, "data.split"],
    [10, { test: 10 }, "data.split"],
    [10, { test: 0 }, "data.split"],
    [10, { test: 0.2 }, "data.split"],
    [10, { train: 9 }, "data.limit"],
    [10, { train: 0 }, "data.limit"],
  ])("refuses %i rows with limits %o", (rows, limits, code) => {
    expect(() => splitRows(rows, limits, random())).toThrow(expect.objectContaining({ code }));
  });
});
