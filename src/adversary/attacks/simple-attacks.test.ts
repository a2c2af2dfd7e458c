import { expect, test } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import { gap, nineHonest, nineMean, viewOf } from "../testing/nine-honest.ts";
import { constant } from "./constant.ts";
import { gaussianNoise } from "./gaussian-noise.ts";
import { innerProduct } from "./inner-product.ts";
import { modelReplacement, modelReplacementAttack } from "./model-replacement.ts";
import { signFlip, signFlipAttack } from "./sign-flip.ts";

test("sign flip sends the negated mean, or each client its own negated", () => {
  const [first, second] = signFlip(nineHonest, { byzantine: 2 });
  expect(
    gap(
      first,
      nineMean.map((x) => -x),
    ),
  ).toBeLessThan(1e-6);
  expect(second).toEqual(first);
  const round = viewOf();
  expect(signFlipAttack({ factor: 10 }).forge(round, undefined).vectors).toEqual(
    round.own.map((vector) => vector.map((x) => -10 * x)),
  );
  expect(signFlipAttack({ view: "omniscient" }).forge(round, undefined).vectors).toEqual(
    signFlip(round.honest, { byzantine: 2 }),
  );
});

test("inner product manipulation, as ByzFL has it with tau = 2", () => {
  const [vector] = innerProduct(nineHonest, { byzantine: 2, epsilon: 2 });
  expect(gap(vector, [-1.815556, 1.073333, -0.915556, -3.768889, 3.048889])).toBeLessThan(1e-6);
  const [small] = innerProduct(nineHonest, { byzantine: 1 });
  expect(
    gap(
      small,
      nineMean.map((x) => -0.1 * x),
    ),
  ).toBeLessThan(1e-6);
});

test("Gaussian noise has its centre and deviation, differs by client, and repeats by seed", () => {
  const seed = 2026;
  const wide = [new Float32Array(20_000).fill(5), new Float32Array(20_000).fill(7)];
  const noise = (center: number | "mean") =>
    gaussianNoise(wide, { byzantine: 2, center, deviation: 3, random: SimulationRandom.fromSeed(seed) });
  for (const [center, expected] of [
    [-1, -1],
    ["mean", 6],
  ] as const) {
    const [vector, other] = noise(center);
    const mean = vector.reduce((sum, x) => sum + x, 0) / vector.length;
    const variance = vector.reduce((sum, x) => sum + (x - mean) ** 2, 0) / vector.length;
    // Five standard errors.
    expect(Math.abs(mean - expected), `seed ${seed}`).toBeLessThan((5 * 3) / Math.sqrt(20_000));
    expect(Math.abs(variance - 9), `seed ${seed}`).toBeLessThan(5 * 9 * Math.sqrt(2 / 20_000));
    expect(other).not.toEqual(vector);
    expect(noise(center)).toEqual([vector, other]);
  }
});

test.each([0, Number.NaN, Infinity, 1e30])("constant %f", (value) => {
  const expected = new Float32Array(5).fill(value);
  expect(constant(nineHonest, { byzantine: 2, value })).toEqual([expected, expected]);
});

test("model replacement puts the model where the adversary wants it when the others cancel", () => {
  // G' = G + rate / n * sum(L_i - G), in the gradient convention: x <- x - rate * mean(vectors).
  const poisoned = [Float32Array.of(3, -1), Float32Array.of(1, 1)];
  const rate = 0.5;
  const sent = modelReplacement(poisoned, { participants: 10, rate });
  const step = [0, 1].map((j) => (rate * (sent[0][j] + sent[1][j])) / 10);
  expect(step).toEqual([2, 0]);
  const round = viewOf({ own: poisoned, participants: 10 });
  expect(modelReplacementAttack({ rate }).forge(round, undefined).vectors).toEqual(sent);
});

test("train-and-scale has the length of the bound", () => {
  const zero = new Float32Array(2);
  expect(modelReplacement([Float32Array.of(3, 4), zero], { participants: 10, norm: 10 })).toEqual([
    Float32Array.of(6, 8),
    zero,
  ]);
});
