import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../errors.ts";
import { SimulationRandom } from "../../numeric/random.ts";
import { histogram } from "./histogram.ts";
import { type Labelled, partition } from "./partition.ts";
import type { PartitionSpec } from "./spec.ts";

const random = (seed: number) => SimulationRandom.fromSeed(seed);

/** `rows` labels that cycle through the classes: as balanced as can be. */
function balanced(rows: number, classes: number): Labelled {
  return { labels: Int32Array.from({ length: rows }, (_, i) => i % classes), classes };
}

function failure(action: () => unknown): InputError {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("expected an InputError");
}

const anySpec: fc.Arbitrary<PartitionSpec> = fc.oneof(
  fc.constant<PartitionSpec>({ kind: "iid" }),
  fc.record({ kind: fc.constant("dirichlet" as const), alpha: fc.constantFrom(1e-3, 0.1, 0.5, 1, 100) }),
  fc.record({ kind: fc.constant("quantity" as const), alpha: fc.constantFrom(1e-3, 0.1, 0.5, 1, 100) }),
  fc.record({ kind: fc.constant("shards" as const), perClient: fc.integer({ min: 1, max: 3 }) }),
  fc.constant<PartitionSpec>({ kind: "natural" }),
);

const anyCase = fc
  .record({
    clients: fc.integer({ min: 1, max: 40 }),
    extra: fc.integer({ min: 0, max: 300 }),
    spec: anySpec,
  })
  .chain(({ clients, extra, spec }) => {
    const rows = clients * 3 + extra;
    return fc.record({
      clients: fc.constant(clients),
      spec: fc.constant(spec),
      seed: fc.integer(),
      labels: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: rows, maxLength: rows }),
    });
  });

describe("every partition", () => {
  it("gives every row to exactly one client, none of them empty, and repeats from its seed", () => {
    fc.assert(
      fc.property(anyCase, ({ clients, spec, seed, labels }) => {
        const examples = { labels: Int32Array.from(labels), classes: 5 };
        const owners = labels.map((_, row) => `owner ${row % clients}`);
        const shards = partition(spec, examples, { clients, random: random(seed), owners });
        expect(shards).toHaveLength(clients);
        expect(Math.min(...shards.map((rows) => rows.length))).toBeGreaterThan(0);
        const all = shards.flatMap((rows) => [...rows]).sort((a, b) => a - b);
        expect(all).toEqual(labels.map((_, row) => row));
        expect(partition(spec, examples, { clients, random: random(seed), owners })).toEqual(shards);
        const counts = histogram(examples, shards);
        expect(counts.map((row) => row.reduce((a, b) => a + b))).toEqual(shards.map((rows) => rows.length));
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    { kind: "iid" },
    { kind: "dirichlet", alpha: 0.5 },
    { kind: "quantity", alpha: 0.5 },
    { kind: "shards", perClient: 2 },
  ] satisfies PartitionSpec[])("changes with the seed: $kind", (spec) => {
    const examples = balanced(500, 10);
    const deal = (seed: number) => partition(spec, examples, { clients: 5, random: random(seed) });
    expect(deal(1)).not.toEqual(deal(2));
  });

  it.each([
    { kind: "iid" },
    { kind: "dirichlet", alpha: 0.1 },
    { kind: "quantity", alpha: 0.1 },
    { kind: "shards", perClient: 2 },
    { kind: "natural" },
  ] satisfies PartitionSpec[])("serves 10,000 clients of 60,000 rows: $kind", (spec) => {
    const examples = balanced(60_000, 10);
    const owners = Array.from({ length: 60_000 }, (_, row) => String(row % 10_000));
    const shards = partition(spec, examples, { clients: 10_000, random: random(3), owners });
    expect(shards.reduce((sum, rows) => sum + rows.length, 0)).toBe(60_000);
    expect(shards.every((rows) => rows.length > 0)).toBe(true);
    // One array for all: memory does not grow with clients times anything.
    expect(new Set(shards.map((rows) => rows.buffer)).size).toBe(1);
  });
});

describe("iid", () => {
  it("makes parts of equal size, give or take one row, with all classes", () => {
    const examples = balanced(60_001, 10);
    const shards = partition({ kind: "iid" }, examples, { clients: 20, random: random(1) });
    expect(new Set(shards.map((rows) => rows.length))).toEqual(new Set([3000, 3001]));
    // Hypergeometric counts with mean 300 and deviation 16: six deviations.
    for (const count of histogram(examples, shards).flat()) expect(Math.abs(count - 300)).toBeLessThan(96);
  });
});

describe("dirichlet", () => {
  const examples = balanced(50_000, 10);

  /** Mean total-variation distance between a client's class mixture and the whole's. */
  function skew(alpha: number): number {
    const shards = partition({ kind: "dirichlet", alpha }, examples, { clients: 20, random: random(7) });
    const distances = histogram(examples, shards).map((counts) => {
      const total = counts.reduce((a, b) => a + b);
      return counts.reduce((sum, count) => sum + Math.abs(count / total - 0.1), 0) / 2;
    });
    return distances.reduce((a, b) => a + b) / distances.length;
  }

  it("tends to iid as alpha grows, and to one class per client as it falls", () => {
    const skews = [0.02, 0.1, 0.5, 5, 100, 1e5].map(skew);
    expect(skews).toEqual([...skews].sort((a, b) => b - a));
    expect(skews[0]).toBeGreaterThan(0.6);
    expect(skews.at(-1)).toBeLessThan(0.01);
  });

  it("spreads a class with the variance of the Dirichlet distribution", () => {
    // Var of one share among n is (1/n)(1 - 1/n) / (n alpha + 1); 40 partitions x 10 classes x 20 clients.
    const [clients, alpha, ofClass] = [20, 0.5, 5000];
    let squares = 0;
    let draws = 0;
    for (let seed = 0; seed < 40; seed++) {
      const shards = partition({ kind: "dirichlet", alpha }, examples, { clients, random: random(seed) });
      for (const count of histogram(examples, shards).flat()) {
        squares += (count / ofClass - 1 / clients) ** 2;
        draws++;
      }
    }
    const expected = ((1 / clients) * (1 - 1 / clients)) / (clients * alpha + 1);
    expect(squares / draws / expected).toBeGreaterThan(0.9);
    expect(squares / draws / expected).toBeLessThan(1.1);
  });

  it.each(["dirichlet", "quantity"] as const)("keeps the minimum, even at the very edge: %s", (kind) => {
    const shards = partition({ kind, alpha: 0.05, minimum: 100 }, balanced(1000, 10), {
      clients: 10,
      random: random(1),
    });
    expect(shards.map((rows) => rows.length)).toEqual(new Array(10).fill(100));
  });
});

describe("quantity", () => {
  it("makes sizes unequal and leaves class mixtures alone", () => {
    const examples = balanced(50_000, 10);
    const shards = partition({ kind: "quantity", alpha: 0.5 }, examples, { clients: 10, random: random(2) });
    const sizes = shards.map((rows) => rows.length);
    expect(Math.max(...sizes)).toBeGreaterThan(3 * Math.min(...sizes));
    const counts = histogram(examples, shards)[sizes.indexOf(Math.max(...sizes))];
    for (const count of counts) {
      expect(count / Math.max(...sizes)).toBeGreaterThan(0.08);
      expect(count / Math.max(...sizes)).toBeLessThan(0.12);
    }
  });
});

describe("shards", () => {
  it("gives each of 100 clients two shards of 300 rows, as in the paper, so two classes", () => {
    const examples = balanced(60_000, 10);
    const shards = partition({ kind: "shards", perClient: 2 }, examples, { clients: 100, random: random(1) });
    expect(shards.every((rows) => rows.length === 600)).toBe(true);
    for (const counts of histogram(examples, shards)) {
      expect(counts.every((count) => count % 300 === 0)).toBe(true);
      expect(counts.filter((count) => count > 0).length).toBeLessThanOrEqual(2);
    }
  });
});

describe("natural", () => {
  it("gives each owner's rows to one client, owners in numeric order", () => {
    const examples = balanced(6, 2);
    const owners = ["10", "2", "10", "1", "2", "10"];
    const shards = partition({ kind: "natural" }, examples, { clients: 3, random: random(1), owners });
    expect(shards.map((rows) => [...rows])).toEqual([[3], [1, 4], [0, 2, 5]]);
  });
});

describe("impossible partitions name the number to change", () => {
  const examples = balanced(10, 2);
  const run = (spec: PartitionSpec, clients: number, owners?: string[]) =>
    failure(() => partition(spec, examples, { clients, random: random(1), owners }));

  it.each<[PartitionSpec, number, string, string, RegExp]>([
    [{ kind: "iid" }, 11, "partition.clients", "clients", /11 clients cannot share 10 training rows/],
    [{ kind: "iid" }, 0, "partition.clients", "clients", /from 1 to 10/],
    [{ kind: "dirichlet", alpha: 0 }, 2, "partition.alpha", "partition.alpha", /above 0/],
    [{ kind: "quantity", alpha: Number.NaN }, 2, "partition.alpha", "partition.alpha", /above 0/],
    [{ kind: "dirichlet", alpha: 1, minimum: 6 }, 2, "partition.minimum", "partition.minimum", /from 1 to 5/],
    [{ kind: "shards", perClient: 6 }, 2, "partition.shards", "partition.perClient", /need 12 training rows/],
    [{ kind: "shards", perClient: 0.5 }, 2, "partition.shards", "partition.perClient", /whole number/],
    [{ kind: "natural" }, 2, "partition.natural", "partition.kind", /data\.id/],
  ])("%o with %i clients", (spec, clients, code, at, message) => {
    const error = run(spec, clients);
    expect(error).toMatchObject({ code, at });
    expect(error.message).toMatch(message);
  });

  it("natural with another number of owners than clients", () => {
    const owners = Array.from({ length: 10 }, (_, row) => String(row % 3));
    expect(run({ kind: "natural" }, 4, owners)).toMatchObject({
      code: "partition.natural",
      at: "clients",
      message: expect.stringContaining("set clients to 3"),
    });
  });
});
