import { describe, expect, it } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import { normalRows } from "../testing/rows.ts";
import { clusterActivations } from "./activation-clustering.ts";

const WIDTH = 32;

/** A blob of examples around a point of its own. */
function blob(seed: number, count: number, distance: number): Float32Array[] {
  const center = normalRows(seed + 1000, 1, WIDTH)[0];
  const scale = distance / Math.hypot(...center);
  return normalRows(seed, count, WIDTH).map((row) => row.map((x, j) => x + scale * center[j]));
}

const inspect = (activations: readonly Float32Array[], labels: ArrayLike<number>, seed = 1) =>
  clusterActivations(activations, labels, { random: SimulationRandom.fromSeed(seed) });

describe("activation clustering", () => {
  it("finds a tenth of poisoned examples in one class and leaves the other alone", () => {
    for (let seed = 0; seed < 5; seed++) {
      const [clean, poisoned, other] = [
        blob(seed, 180, 12),
        blob(seed + 10, 20, 12),
        blob(seed + 20, 150, 12),
      ];
      const random = SimulationRandom.fromSeed(seed);
      const order = random.shuffle(Array.from({ length: 350 }, (_, i) => i));
      const all = [...clean, ...poisoned, ...other];
      const [suspect, innocent] = inspect(
        order.map((i) => all[i]),
        order.map((i) => (i < 200 ? 3 : 7)),
        seed,
      );

      const found = new Set(suspect.flagged.map((k) => order[k]));
      const hits = [...found].filter((i) => i >= 180 && i < 200).length;
      expect((2 * hits) / (found.size + 20)).toBeGreaterThanOrEqual(0.99);
      expect(suspect).toMatchObject({ label: 3, size: 200 });
      expect(suspect.share).toBeCloseTo(0.1, 2);
      expect(innocent).toMatchObject({ label: 7, size: 150, flagged: [] });
      expect(innocent.silhouette).toBeLessThan(0.15);
    }
  });

  it("does not flag a class of two kinds that are equally frequent", () => {
    const activations = [...blob(1, 50, 12), ...blob(2, 50, 12)];
    const [both] = inspect(activations, new Uint8Array(100));
    expect(both.silhouette).toBeGreaterThan(0.3);
    expect(both.share).toBeCloseTo(0.5, 9);
    expect(both.flagged).toEqual([]);
  });

  it("gives the same for the same stream", () => {
    const activations = blob(3, 60, 4);
    const labels = activations.map((_, i) => i % 2);
    expect(inspect(activations, labels, 5)).toEqual(inspect(activations, labels, 5));
  });

  it("bears classes of one example, and of equal ones", () => {
    const activations = [Float32Array.of(1, 2), ...Array.from({ length: 20 }, () => Float32Array.of(3, 4))];
    const labels = activations.map((_, i) => (i === 0 ? 9 : 2));
    expect(inspect(activations, labels)).toEqual([
      { label: 2, size: 20, share: 0, silhouette: 0, flagged: [] },
      { label: 9, size: 1, share: 0, silhouette: 0, flagged: [] },
    ]);
    expect(inspect([], [])).toEqual([]);
    expect(inspect([Float32Array.of(1, 2), Float32Array.of(2, 2)], [0, 0])).toMatchObject([
      { silhouette: 0 },
    ]);
  });

  it("flags by the limits it is given", () => {
    const activations = [...blob(1, 60, 12), ...blob(2, 40, 12)];
    const random = SimulationRandom.fromSeed(1);
    const flagged = (options: { largestShare?: number; leastSilhouette?: number }) =>
      clusterActivations(activations, new Uint8Array(100), { random, ...options })[0].flagged.length;
    expect(flagged({})).toBe(0);
    expect(flagged({ largestShare: 0.4 })).toBe(40);
    expect(flagged({ largestShare: 0.4, leastSilhouette: 0.9 })).toBe(0);
  });

  it("refuses what does not belong together", () => {
    expect(() => inspect([Float32Array.of(1)], [])).toThrow(/0 labels for 1 activations/);
    expect(() => inspect([Float32Array.of(1), Float32Array.of(1, 2)], [0, 0])).toThrow(
      /Activation 1 has 2 entries/,
    );
    expect(() => inspect([Float32Array.of(Number.NaN)], [0])).toThrow(/Activation 0 .* NaN/);
  });
});
