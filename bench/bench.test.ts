/** The benches run and answer in the agreed shape; how fast they are is never tested. */
import { describe, expect, test } from "vitest";
import aggregation from "./aggregation.ts";
import coordinator from "./coordinator.ts";
import fabric from "./fabric.ts";
import fuzz from "./fuzz.ts";
import { median } from "./harness.ts";
import scale from "./scale.ts";
import secure from "./secure.ts";

describe.each([
  { name: "aggregation", bench: aggregation },
  { name: "coordinator", bench: coordinator },
  { name: "fabric", bench: fabric },
  { name: "fuzz", bench: fuzz },
  { name: "scale", bench: scale },
  { name: "secure", bench: secure },
])("$name", ({ name, bench }) => {
  test("answers in the shape of a BenchResult", async () => {
    const lines: string[] = [];
    const { bench: named, machine, rows } = await bench({ quick: true, log: (line) => lines.push(line) });
    expect(named).toBe(name);
    expect(machine.node).toBe(process.version);
    expect(machine.cores).toBeGreaterThan(0);
    expect(rows.length).toBeGreaterThan(3);
    expect(new Set(rows.map((row) => row.case)).size).toBe(rows.length);
    for (const { ours, peer, ratio } of rows) {
      for (const figure of [ours, peer ?? 1, ratio ?? 1]) expect(figure).toBeGreaterThan(0);
      expect(peer === undefined).toBe(ratio === undefined);
    }
    expect(lines.length).toBeGreaterThan(0);
    const bytes = rows.filter((row) => row.unit === "bytes");
    for (const { ratio } of bytes) expect(ratio).toBeLessThan(1);
  });
});

test("the median of an even number of figures lies between the middle ones", () => {
  expect(median([9, 1, 4, 2])).toBe(3);
  expect(median([5, 1, 2])).toBe(2);
});
