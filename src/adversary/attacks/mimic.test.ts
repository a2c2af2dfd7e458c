import { expect, test } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import type { View } from "../attack.ts";
import { nineHonest, viewOf } from "../testing/nine-honest.ts";
import { type MimicState, mimic, mimicAttack } from "./mimic.ts";

test("copies the row", () => {
  expect(mimic(nineHonest, { byzantine: 2 })).toEqual([nineHonest[0], nineHonest[0]]);
  expect(mimicAttack({ row: 3 }).forge(viewOf(), undefined).vectors).toEqual([nineHonest[6], nineHonest[6]]);
  expect(() => mimic(nineHonest, { byzantine: 2, row: 9 })).toThrow(/below 9/);
});

test("takes the last honest client of a round that has too few", () => {
  const round = viewOf({ honest: nineHonest.slice(3, 5) });
  expect(mimicAttack({ row: 7 }).forge(round, undefined).vectors[0]).toBe(nineHonest[4]);
});

const axis = Float64Array.of(0.6, 0, -0.8, 0);

/** Honest vectors that differ along the axis, each client always to the same side, under small noise. */
function skewedRound(seed: number, round: number): View {
  const random = SimulationRandom.fromSeed(seed).stream(round);
  const honest = Array.from({ length: 7 }, (_, i) =>
    Float32Array.from(axis, (x) => 1 + (i - 3) * x + 0.1 * random.normal()),
  );
  return viewOf({ honest, random });
}

test("finds the direction in which clients differ, and then stays with one at its end", () => {
  const seed = 11;
  const attack = mimicAttack({ warmUp: 5 });
  let state: MimicState | undefined;
  for (let round = 1; round <= 5; round++) state = attack.forge(skewedRound(seed, round), state).state;
  const along = state!.direction.reduce((sum, x, j) => sum + x * axis[j], 0);
  expect(Math.abs(along), `seed ${seed}`).toBeGreaterThan(0.99);
  expect(state!.row).toBe(along > 0 ? 6 : 0);
  // From now on nothing is learnt: vectors that point elsewhere change neither state nor client.
  const later = viewOf({ honest: skewedRound(seed, 6).honest.toReversed() });
  const forged = attack.forge(later, structuredClone(state));
  expect(forged.state).toEqual(state);
  expect(forged.vectors[1]).toBe(later.honest[state!.row]);
});

test("alike vectors teach nothing and break nothing", () => {
  const alike = viewOf({ honest: [Float32Array.of(1, 2), Float32Array.of(1, 2)] });
  const attack = mimicAttack({ warmUp: 2 });
  const first = attack.forge(alike, undefined);
  const { vectors, state } = attack.forge(alike, first.state);
  expect(vectors).toEqual([Float32Array.of(1, 2), Float32Array.of(1, 2)]);
  expect(state!.direction).toEqual(first.state!.direction);
  expect(Math.hypot(...state!.direction)).toBeCloseTo(1, 12);
});
