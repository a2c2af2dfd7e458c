import { expect, it } from "vitest";
import { SimulationRandom } from "../numeric/random.ts";
import type { Examples } from "./examples.ts";
import { selectRows, take } from "./select.ts";

const examples: Examples = {
  features: Float32Array.from({ length: 40 }, (_, i) => i),
  scale: 1,
  shape: [2],
  labels: Int32Array.from({ length: 20 }, (_, i) => i),
  classes: 20,
};
const random = () => SimulationRandom.fromSeed(1);

it("selects rows with their labels, in the order given, and keeps the type of the features", () => {
  const some = selectRows(examples, [3, 0]);
  expect(some).toEqual({ ...examples, features: Float32Array.of(6, 7, 0, 1), labels: Int32Array.of(3, 0) });
  const bytes = { ...examples, features: Uint8Array.from(examples.features) };
  expect(selectRows(bytes, [1]).features).toEqual(Uint8Array.of(2, 3));
});

it("takes a drawn sample, the same for the same seed, and everything when asked for everything", () => {
  const some = take(examples, 5, random(), "rows");
  expect(some.labels).toHaveLength(5);
  expect(new Set(some.labels).size).toBe(5);
  expect([...some.features]).toEqual([...some.labels].flatMap((i) => [2 * i, 2 * i + 1]));
  expect(take(examples, 5, random(), "rows")).toEqual(some);
  expect(take(examples, 5, SimulationRandom.fromSeed(2), "rows")).not.toEqual(some);
  expect(take(examples, 20, random(), "rows")).toBe(examples);
  expect(() => take(examples, 21, random(), "training rows")).toThrow(
    "The data asks for 21 training rows, but there are 20: ask for a whole number from 1 to 20.",
  );
});
