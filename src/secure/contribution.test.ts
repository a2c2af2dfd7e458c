import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RunError } from "../errors.ts";
import { addInto } from "../numeric/field31.ts";
import { SimulationRandom } from "../numeric/random.ts";
import { decodeSum, encodeContribution, type SumSettings } from "./contribution.ts";
import { largestScale } from "./quantise.ts";

const random = SimulationRandom.fromSeed(1);

interface Client {
  readonly update: Float32Array;
  readonly examples: number;
}

function sumOf(clients: readonly Client[], settings: SumSettings): Uint32Array {
  const sum = new Uint32Array(clients[0].update.length + 1);
  for (const client of clients) addInto(sum, encodeContribution(client, settings, random));
  return sum;
}

const clients = fc.array(
  fc.record({
    update: fc
      .array(fc.float({ noNaN: true, min: -2, max: 2 }), { minLength: 3, maxLength: 3 })
      .map((list) => Float32Array.from(list)),
    examples: fc.integer({ min: 1, max: 500 }),
  }),
  { minLength: 1, maxLength: 8 },
);

describe.each(["examples", "uniform"] as const)("weights: %s", (weights) => {
  it("the sum decodes to the weighted mean, within the steps of quantisation", () => {
    const settings: SumSettings = { summands: 8, bound: 2, weights, mostExamples: 500 };
    fc.assert(
      fc.property(clients, (clients) => {
        const mean = decodeSum(sumOf(clients, settings), settings);
        const weightOf = (client: Client) => (weights === "uniform" ? 1 : client.examples);
        const total = clients.reduce((sum, client) => sum + weightOf(client), 0);
        const whole = weights === "uniform" ? 1 : 500;
        // Each summand errs by less than a step; and the result is rounded to 32 bits.
        const tolerance = (clients.length * whole) / total / largestScale(settings) + 2 ** -22;
        for (let i = 0; i < 3; i++) {
          const exact = clients.reduce((sum, client) => sum + weightOf(client) * client.update[i], 0) / total;
          expect(Math.abs(mean[i] - exact)).toBeLessThan(tolerance);
        }
      }),
    );
  });
});

it("a weight is counted one by one while sums of the largest fit, and in larger steps beyond", () => {
  const weightOf = (examples: number, settings: Partial<SumSettings>) =>
    encodeContribution(
      { update: Float32Array.of(1), examples },
      { summands: 100, bound: 1, weights: "examples", mostExamples: 1000, ...settings },
      random,
    )[1];
  expect([0, 1, 77, 1000, 5000].map((examples) => weightOf(examples, {}))).toEqual([0, 1, 77, 1000, 1000]);
  expect(weightOf(77, { weights: "uniform" })).toBe(1);
  // 2^30 - 1 over 1000 summands is 1073741 full weights.
  const large = { summands: 1000, mostExamples: 2 ** 30 };
  expect([2 ** 30, 2 ** 29, 100].map((examples) => weightOf(examples, large))).toEqual([1073741, 536871, 0]);
});

it("entries beyond the bound are clipped before they are weighted", () => {
  const settings: SumSettings = { summands: 2, bound: 1, weights: "examples", mostExamples: 10 };
  const clients = [
    { update: Float32Array.of(9), examples: 1 },
    { update: Float32Array.of(0), examples: 9 },
  ];
  expect(decodeSum(sumOf(clients, settings), settings)[0]).toBeCloseTo(0.1, 6);
});

it("full weights of as many clients as are allowed, all at the bound, do not wrap around", () => {
  for (const weights of ["examples", "uniform"] as const) {
    const settings: SumSettings = { summands: 50, bound: 3, weights, mostExamples: 2 ** 30 };
    const client = { update: Float32Array.of(3, -3), examples: 2 ** 30 };
    expect([...decodeSum(sumOf(Array(50).fill(client), settings), settings)]).toEqual([3, -3]);
  }
});

it("without weight there is no mean", () => {
  const settings: SumSettings = { summands: 2, bound: 1, weights: "examples", mostExamples: 10 };
  const sum = sumOf([{ update: Float32Array.of(1), examples: 0 }], settings);
  expect([...sum]).toEqual([0, 0]);
  expect(() => decodeSum(sum, settings)).toThrow(RunError);
});
