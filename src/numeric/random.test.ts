import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SimulationRandom } from "./random.ts";

const WORD = 0xffffffffn;

/** The reference code of xoshiro128** 1.1 (Blackman and Vigna), transcribed to big integers. */
function* xoshiro128StarStar(seed: readonly bigint[]): Generator<number> {
  const rotl = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & WORD;
  const s = [...seed];
  for (;;) {
    yield Number((rotl((s[1] * 5n) & WORD, 7n) * 9n) & WORD);
    const t = (s[1] << 9n) & WORD;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 11n);
  }
}

/** The documented seeding in big integers: two FNV-1a lanes over the path, spread by splitmix32. */
function seedOf(path: readonly (string | number)[]): bigint[] {
  let low = 0x811c9dc5n;
  let high = 0x9747b28cn;
  for (const unit of path.join("\u001f").split("")) {
    const code = BigInt(unit.charCodeAt(0));
    low = ((low ^ code) * 0x01000193n) & WORD;
    high = (((high ^ code) * 0x85ebca6bn) & WORD) ^ (low >> 15n);
  }
  const spread = (word: bigint) => {
    let z = (word + 0x9e3779b9n) & WORD;
    z = ((z ^ (z >> 16n)) * 0x21f0aaadn) & WORD;
    z = ((z ^ (z >> 15n)) * 0x735a2d97n) & WORD;
    return z ^ (z >> 15n);
  };
  return [spread(low), spread(high), spread(low ^ 0x5bd1e995n), spread(high ^ 0x1b873593n)];
}

/** Chi-square statistic of counts that should all be equal. */
function chiSquare(counts: ArrayLike<number>): number {
  const values = Array.from(counts);
  const expected = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** A bound that a chi-square statistic exceeds with probability of about 1e-7 (Wilson and Hilferty 1931). */
function chiSquareBound(degrees: number): number {
  return degrees * (1 - 2 / (9 * degrees) + 5.2 * Math.sqrt(2 / (9 * degrees))) ** 3;
}

function moments(count: number, draw: () => number): { mean: number; variance: number } {
  const values = Float64Array.from({ length: count }, draw);
  const mean = values.reduce((a, b) => a + b, 0) / count;
  return { mean, variance: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count };
}

describe("SimulationRandom", () => {
  it("is xoshiro128** with the documented seeding, for any path", () => {
    const name = fc.oneof(fc.integer(), fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.array(name, { minLength: 1 })), (seed, steps) => {
        let random = SimulationRandom.fromSeed(seed);
        for (const names of steps) random = random.stream(...names);
        const reference = xoshiro128StarStar(seedOf([seed, ...steps.flat()]));
        for (let i = 0; i < 20; i++) expect(random.bits()).toBe(reference.next().value);
      }),
    );
  });

  it("does not advance a stream by naming another", () => {
    const one = SimulationRandom.fromSeed(1);
    const other = SimulationRandom.fromSeed(1);
    other.stream("x", 1).bits();
    expect(other.bits()).toBe(one.bits());
    expect(one.stream("a", "b").bits()).toBe(other.stream("a").stream("b").bits());
  });

  it("is uniform within a stream", () => {
    const random = SimulationRandom.fromSeed(2026);
    const counts = new Uint32Array(1000);
    for (let i = 0; i < 1_000_000; i++) counts[Math.floor(random.uniform() * 1000)]++;
    expect(chiSquare(counts)).toBeLessThan(chiSquareBound(999));
  });

  it("is uniform, and uncorrelated, over the first draws of neighbouring streams", () => {
    // What the simulation does: one short stream per (round, client, purpose).
    const root = SimulationRandom.fromSeed(7).stream("network");
    const pairs = new Uint32Array(32 * 32);
    const lowBits = new Uint32Array(256);
    for (let round = 0; round < 400; round++) {
      let previous = root.stream(round, "client-0", "uplink").uniform();
      for (let client = 1; client <= 500; client++) {
        const stream = root.stream(round, `client-${client}`, "uplink");
        const draw = stream.uniform();
        pairs[Math.floor(previous * 32) * 32 + Math.floor(draw * 32)]++;
        lowBits[stream.bits() & 255]++;
        previous = draw;
      }
    }
    expect(chiSquare(pairs)).toBeLessThan(chiSquareBound(1023));
    expect(chiSquare(lowBits)).toBeLessThan(chiSquareBound(255));
  });

  it("gives different purposes and seeds independent draws", () => {
    const pairs = new Uint32Array(32 * 32);
    for (let seed = 0; seed < 100_000; seed++) {
      const root = SimulationRandom.fromSeed(seed);
      const a = root.stream(1, "uplink").uniform();
      const b = root.stream(1, "downlink").uniform();
      pairs[Math.floor(a * 32) * 32 + Math.floor(b * 32)]++;
    }
    expect(chiSquare(pairs)).toBeLessThan(chiSquareBound(1023));
  });

  it("keeps uniform() in [0, 1) with both halves of its bits in use", () => {
    const random = SimulationRandom.fromSeed(5);
    const lowest = new Uint32Array(16);
    for (let i = 0; i < 160_000; i++) {
      const x = random.uniform();
      expect(x >= 0 && x < 1).toBe(true);
      lowest[Number(BigInt(x * 2 ** 53) & 15n)]++;
    }
    expect(chiSquare(lowest)).toBeLessThan(chiSquareBound(15));
  });

  it("fills with the same numbers as it draws one by one, and goes on behind them", () => {
    const [one, other] = [SimulationRandom.fromSeed(3), SimulationRandom.fromSeed(3)];
    for (const length of [0, 1, 1000]) {
      const numbers = new Float64Array(length);
      one.fillUniform(numbers);
      expect(numbers).toEqual(Float64Array.from({ length }, () => other.uniform()));
      expect(one.bits()).toBe(other.bits());
    }
  });

  it("draws integers without bias, for bounds that do not divide 2^32", () => {
    const random = SimulationRandom.fromSeed(6);
    const small = new Uint32Array(7);
    for (let i = 0; i < 70_000; i++) small[random.integer(7)]++;
    expect(chiSquare(small)).toBeLessThan(chiSquareBound(6));
    // Taking a remainder would give the first third twice the weight of the others here.
    const bound = 3 * 2 ** 30;
    const thirds = new Uint32Array(3);
    for (let i = 0; i < 30_000; i++) thirds[Math.floor(random.integer(bound) / 2 ** 30)]++;
    expect(chiSquare(thirds)).toBeLessThan(chiSquareBound(2));
    expect(random.integer(1)).toBe(0);
  });

  it("has the moments of the normal and exponential distributions", () => {
    const random = SimulationRandom.fromSeed(9);
    const normal = moments(400_000, () => random.normal());
    expect(Math.abs(normal.mean)).toBeLessThan(0.008);
    expect(Math.abs(normal.variance - 1)).toBeLessThan(0.012);
    const beyondTwo = moments(400_000, () => (Math.abs(random.normal()) > 2 ? 1 : 0));
    expect(Math.abs(beyondTwo.mean - 0.0455)).toBeLessThan(0.0017);
    const exponential = moments(400_000, () => random.exponential());
    expect(Math.abs(exponential.mean - 1)).toBeLessThan(0.008);
    expect(Math.abs(exponential.variance - 1)).toBeLessThan(0.025);
  });

  it.each([0.1, 0.5, 1, 3, 40])("has the moments of the gamma distribution of shape %d", (shape) => {
    const random = SimulationRandom.fromSeed(10).stream("gamma", shape);
    const count = 200_000;
    const { mean, variance } = moments(count, () => random.gamma(shape));
    expect(Math.abs(mean - shape)).toBeLessThan(5 * Math.sqrt(shape / count));
    // The variance of a gamma sample's variance is about (2 + 6 / shape) shape^2 / count.
    expect(Math.abs(variance - shape)).toBeLessThan(5 * shape * Math.sqrt((2 + 6 / shape) / count));
  });

  it.each([0.05, 0.5, 10])("draws points of the simplex with Dirichlet moments for alpha %d", (alpha) => {
    const random = SimulationRandom.fromSeed(12).stream("dirichlet", alpha);
    const categories = 10;
    const draws = Array.from({ length: 20_000 }, () => random.dirichlet(alpha, categories));
    for (const point of draws) {
      expect(point.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      expect(point.every((x) => x >= 0)).toBe(true);
    }
    // Each entry: mean 1/K, variance (K - 1) / (K^2 (K alpha + 1)).
    const variance = (categories - 1) / (categories ** 2 * (categories * alpha + 1));
    for (let k = 0; k < categories; k++) {
      let i = 0;
      const entry = moments(draws.length, () => draws[i++][k]);
      expect(Math.abs(entry.mean - 1 / categories)).toBeLessThan(5 * Math.sqrt(variance / draws.length));
      expect(Math.abs(entry.variance / variance - 1)).toBeLessThan(0.15);
    }
  });

  it("falls on random corners when alpha underflows", () => {
    const random = SimulationRandom.fromSeed(13);
    const corners = new Uint32Array(4);
    for (let i = 0; i < 4000; i++) {
      const point = random.dirichlet(1e-12, 4);
      expect(point.reduce((a, b) => a + b, 0)).toBe(1);
      corners[point.indexOf(Math.max(...point))]++;
    }
    expect(chiSquare(corners)).toBeLessThan(chiSquareBound(3));
  });

  it("shuffles into every permutation equally often", () => {
    const random = SimulationRandom.fromSeed(14);
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = random.shuffle([0, 1, 2, 3]).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(chiSquare([...counts.values()])).toBeLessThan(chiSquareBound(23));
  });

  it("shuffles any list in place into a permutation of itself", () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.integer()), (seed, items) => {
        const shuffled = [...items];
        expect(SimulationRandom.fromSeed(seed).shuffle(shuffled)).toBe(shuffled);
        const ascending = (a: number, b: number) => a - b;
        expect(shuffled.toSorted(ascending)).toEqual(items.toSorted(ascending));
      }),
    );
  });
});
