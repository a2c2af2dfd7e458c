import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { InputError, RunError } from "../errors.ts";
import { addInto } from "../numeric/field31.ts";
import { SimulationRandom } from "../numeric/random.ts";
import { SecureRandom } from "../numeric/secure-random.ts";
import {
  decodeSum,
  encodeContribution,
  type NoiseOptions,
  type SumSettings,
  scaleOf,
  sumSettings,
} from "./contribution.ts";
import { LARGEST, largestScale } from "./quantise.ts";

const random = SimulationRandom.fromSeed(1);
const secrets = SecureRandom.fromSeed(new Uint8Array(32).fill(1));

interface Client {
  readonly update: Float32Array;
  readonly examples: number;
}

function sumOf(clients: readonly Client[], settings: SumSettings): Uint32Array {
  const sum = new Uint32Array(clients[0].update.length + 1);
  for (const client of clients) addInto(sum, encodeContribution(client, settings, random, secrets));
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
      secrets,
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

describe("with noise", () => {
  const quiet = { clip: 1, multiplier: 1e-9 };
  const options = (noise: NoiseOptions) =>
    ({ bound: 1, weights: "uniform", mostExamples: 1, noise }) as const;

  test.each([
    [10, 10, 1, 0.5],
    [10, 4, 3, 0.5],
    [10, 1, 0.1, 20],
    [200, 150, 2, 0.01],
  ])("of %d clients, %d of them honest: z = %d, C = %d", (summands, honest, multiplier, clip) => {
    const dimension = 4000;
    const settings = sumSettings(options({ clip, multiplier }), summands, honest);
    const clients = Array(honest).fill({ update: new Float32Array(dimension), examples: 3 });
    const sum = sumOf(clients, settings);
    expect(sum[dimension]).toBe(honest);
    const total = decodeSum(sum, settings).map((value) => value * honest);
    const variance = total.reduce((squares, value) => squares + value ** 2, 0) / dimension;
    // So many honest ones have just the noise that is wanted, besides what rounding adds.
    const rounding = honest / 4 / scaleOf(settings) ** 2;
    expect(variance).toBeGreaterThan((multiplier * clip) ** 2 * (1 - 4 * Math.sqrt(2 / dimension)));
    expect(variance).toBeLessThan((multiplier * clip) ** 2 * (1 + 4 * Math.sqrt(2 / dimension)) + rounding);
  });

  test("an update is shortened to the clip, not clipped entry by entry", () => {
    const settings = sumSettings(options(quiet), 2, 2);
    const mean = decodeSum(sumOf([{ update: Float32Array.of(3, -4, 0), examples: 1 }], settings), settings);
    expect(mean[0]).toBeCloseTo(0.6, 6);
    expect(mean[1]).toBeCloseTo(-0.8, 6);
    expect(mean[2]).toBeCloseTo(0, 6);
  });

  test("everybody at the clip, with a lot of noise: nothing wraps around", () => {
    const dimension = 2000;
    const [summands, honest, multiplier] = [9, 2, 5];
    const settings = sumSettings(options({ clip: 1, multiplier }), summands, honest);
    const update = new Float32Array(dimension);
    update[7] = 1;
    const mean = decodeSum(sumOf(Array(summands).fill({ update, examples: 1 }), settings), settings);
    const deviation = (multiplier * Math.sqrt(summands / honest)) / summands;
    expect(Math.abs(mean[7] - 1)).toBeLessThan(5 * deviation);
    for (const [i, value] of mean.entries()) if (i !== 7) expect(Math.abs(value)).toBeLessThan(6 * deviation);
  });

  test("the scale is the largest that leaves room for updates and eight deviations of all noise", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5000 }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (summands, share, multiplier, clip) => {
          const honest = Math.max(1, Math.floor(share * summands));
          const scale = scaleOf(sumSettings(options({ clip, multiplier }), summands, honest));
          const room = (c: number) =>
            summands * (c * clip + 1) + 8 * multiplier * clip * c * Math.sqrt(summands / honest);
          expect(room(scale)).toBeLessThanOrEqual(LARGEST * (1 + 1e-12));
          expect(room(scale + 1)).toBeGreaterThan(LARGEST * (1 - 1e-12));
        },
      ),
    );
  });

  test("it comes from the secrets, and is new every time", () => {
    const settings = sumSettings(options({ clip: 1, multiplier: 1 }), 4, 4);
    const client = { update: Float32Array.of(1, 2, 3, 4), examples: 1 };
    const seeded = (seed: number) => SecureRandom.fromSeed(new Uint8Array(32).fill(seed));
    const rounding = () => SimulationRandom.fromSeed(9);
    const drawn = seeded(2);
    const first = encodeContribution(client, settings, rounding(), drawn);
    const second = encodeContribution(client, settings, rounding(), drawn);
    expect(encodeContribution(client, settings, rounding(), seeded(2))).toEqual(first);
    for (let i = 0; i < 4; i++) expect(second[i]).not.toBe(first[i]);
    expect(second[4]).toBe(first[4]);
  });

  test("nobody to add it, weights that would scale it, and too little room are refused", () => {
    const refused = (
      summands: number,
      honest: number,
      noise: NoiseOptions,
      weights: SumSettings["weights"],
    ) => {
      try {
        scaleOf(sumSettings({ ...options(noise), weights }, summands, honest));
      } catch (error) {
        if (error instanceof InputError) return error.code;
      }
      return undefined;
    };
    expect(refused(4, 0, quiet, "uniform")).toBe("secure.parameters");
    expect(refused(4, 4, quiet, "examples")).toBe("secure.parameters");
    expect(refused(4, 4, { clip: 1e9, multiplier: 1 }, "uniform")).toBe("secure.precision");
    expect(refused(4, 4, { clip: 1, multiplier: 1e9 }, "uniform")).toBe("secure.precision");
    expect(refused(4, 4, quiet, "uniform")).toBeUndefined();
  });
});
