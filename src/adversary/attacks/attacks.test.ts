/** What all attacks have in common. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mean } from "../../aggregation/mean.ts";
import { meanRule } from "../../aggregation/rules/mean-rule.ts";
import type { Attack, View } from "../attack.ts";
import { gap, nineHonest, someRows, viewOf } from "../testing/nine-honest.ts";
import { alie, alieAttack } from "./alie.ts";
import { constant, constantAttack } from "./constant.ts";
import { gaussianNoise, gaussianNoiseAttack } from "./gaussian-noise.ts";
import { innerProduct, innerProductAttack } from "./inner-product.ts";
import { mimic, mimicAttack } from "./mimic.ts";
import { minMax, minMaxAttack } from "./min-max.ts";
import { minSum, minSumAttack } from "./min-sum.ts";
import { modelReplacement, modelReplacementAttack } from "./model-replacement.ts";
import { optimised, optimisedAttack } from "./optimised.ts";
import { signFlip, signFlipAttack } from "./sign-flip.ts";

const tuned = { family: "inner-product", rule: (rows: readonly Float32Array[]) => mean(rows) } as const;

const attacks: readonly Attack[] = [
  alieAttack(),
  alieAttack({ view: "omniscient" }),
  constantAttack({ value: 0 }),
  gaussianNoiseAttack({ center: "mean" }),
  innerProductAttack(),
  innerProductAttack({ view: "own" }),
  mimicAttack(),
  mimicAttack({ warmUp: 3 }),
  minMaxAttack(),
  minMaxAttack({ view: "own" }),
  minSumAttack(),
  minSumAttack({ view: "own" }),
  modelReplacementAttack(),
  optimisedAttack({ ...tuned, rule: meanRule }),
  signFlipAttack(),
  signFlipAttack({ view: "omniscient" }),
];

/** A round whose honest vectors cannot be looked at. */
function blind(): View {
  return Object.defineProperty({ ...viewOf() }, "honest", {
    get: () => {
      throw new Error("looked at honest vectors");
    },
  });
}

describe.each(attacks.map((attack) => [`${attack.kind}, ${attack.view}`, attack] as const))(
  "%s",
  (_, attack) => {
    test("looks at honest vectors only where the threat model grants it", () => {
      if (attack.view === "own") expect(attack.forge(blind(), undefined).vectors).toHaveLength(2);
      else expect(() => attack.forge(blind(), undefined)).toThrow("looked at honest vectors");
    });

    test("gives each corrupted client a vector of the right length, the same for the same round", () => {
      const round = viewOf();
      const before = structuredClone([round.own, round.honest]);
      const { vectors } = attack.forge(round, undefined);
      expect(vectors.map((vector) => vector.length)).toEqual([5, 5]);
      expect(attack.forge(viewOf(), undefined).vectors).toEqual(vectors);
      expect([round.own, round.honest]).toEqual(before);
    });

    test("works in a round of corrupted clients alone, and with a single one", () => {
      const round = viewOf({ own: nineHonest.slice(0, 1), honest: [], participants: 1 });
      const { vectors } = attack.forge(round, undefined);
      expect(vectors).toHaveLength(1);
      expect(vectors[0].every(Number.isFinite)).toBe(true);
    });
  },
);

describe("the order of the honest vectors does not matter", () => {
  const orderFree = {
    alie: (rows: readonly Float32Array[]) => alie(rows, { byzantine: 1 }),
    "sign flip": (rows: readonly Float32Array[]) => signFlip(rows, { byzantine: 1 }),
    "inner product": (rows: readonly Float32Array[]) => innerProduct(rows, { byzantine: 1 }),
    "min-max": (rows: readonly Float32Array[]) => minMax(rows, { byzantine: 1, perturbation: "std" }),
    "min-sum": (rows: readonly Float32Array[]) => minSum(rows, { byzantine: 1, perturbation: "std" }),
    optimised: (rows: readonly Float32Array[]) => optimised(rows, { ...tuned, byzantine: 1 }),
  };

  test.each(Object.entries(orderFree))("%s", (_, attack) => {
    const shuffled = someRows.chain((rows) =>
      fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
    );
    fc.assert(
      fc.property(shuffled, ([rows, order]) => {
        const [vector] = attack(rows);
        const size = Math.max(1, ...vector.map(Math.abs));
        expect(gap(attack(order)[0], vector)).toBeLessThan(1e-5 * size);
      }),
    );
  });
});

describe("refuses", () => {
  const random = viewOf().random;
  const refuse = (code: string) => expect.objectContaining({ code });

  test("no vectors, and vectors of different lengths", () => {
    for (const rows of [[], [new Float32Array(2), new Float32Array(3)]]) {
      expect(() => alie(rows, { byzantine: 1 })).toThrow(refuse("adversary.rows"));
      expect(() => modelReplacement(rows, { participants: 3 })).toThrow(refuse("adversary.rows"));
    }
  });

  test.each([
    ["byzantine", () => signFlip(nineHonest, { byzantine: 1.5 })],
    ["byzantine", () => constant(nineHonest, { byzantine: -1, value: 0 })],
    ["z", () => alie(nineHonest, { byzantine: 1, z: Number.NaN })],
    ["factor", () => signFlipAttack({ factor: -1 })],
    ["epsilon", () => innerProduct(nineHonest, { byzantine: 1, epsilon: 0 })],
    ["deviation", () => gaussianNoise(nineHonest, { byzantine: 1, random, deviation: -1 })],
    ["center", () => gaussianNoise(nineHonest, { byzantine: 1, random, center: Infinity })],
    ["row", () => mimic(nineHonest, { byzantine: 1, row: 0.5 })],
    ["warmUp", () => mimicAttack({ warmUp: -1 })],
    ["evaluations", () => optimised(nineHonest, { ...tuned, byzantine: 1, evaluations: 0 })],
    ["rate", () => modelReplacement(nineHonest, { participants: 9, rate: 0 })],
    ["norm", () => modelReplacement(nineHonest, { participants: 9, norm: 0 })],
  ])("a bad %s", (name, attack) => {
    expect(attack).toThrow(refuse("adversary.option"));
    expect(attack).toThrow(new RegExp(`option ${name} is`));
  });
});
