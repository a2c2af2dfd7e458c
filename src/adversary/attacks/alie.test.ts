import { expect, test } from "vitest";
import { krumSelection } from "../../aggregation/rules/krum.ts";
import { gap, nineHonest, viewOf } from "../testing/nine-honest.ts";
import { alie, alieAttack, alieZMax } from "./alie.ts";

test.each([
  [50, 24, 1.426077],
  [51, 12, 0.361202],
  [50, 10, 0.253347],
  [100, 20, 0.285841],
  [11, 2, 0.13971],
  [7, 1, 0],
])("z_max of %i participants, %i of them corrupted", (n, m, expected) => {
  expect(Math.abs(alieZMax(n, m) - expected)).toBeLessThan(1e-6);
});

test("a majority has no largest z", () => {
  expect(alieZMax(51, 25)).toBeGreaterThan(1.7);
  for (const [n, m] of [
    [51, 26],
    [50, 26],
    [2, 1],
  ]) {
    expect(() => alieZMax(n, m)).toThrow(expect.objectContaining({ code: "adversary.majority" }));
  }
});

test("what ByzFL sends, and the authors' convention", () => {
  const byzfl = alie(nineHonest, { byzantine: 2, z: 1.5, sign: 1, ddof: 1 });
  expect(gap(byzfl[0], [1.633062, -0.266354, 1.057533, 2.765211, -0.868672])).toBeLessThan(1e-6);
  const authors = alie(nineHonest, { byzantine: 2, z: 1 });
  expect(gap(authors[0], [0.451908, -0.706569, 0.080808, 1.330848, -1.936623])).toBeLessThan(1e-6);
  const own = alie(nineHonest.slice(0, 3), { byzantine: 3, z: 1 });
  expect(gap(own[0], [0.370642, -0.780605, 0.062951, 1.421517, -1.718003])).toBeLessThan(1e-6);
  expect(own).toHaveLength(3);
  expect(own[2]).toEqual(own[0]);
});

test("ByzFL's own test matrix", () => {
  const rows = [Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6), Float32Array.of(7, 8, 9)];
  expect(alie(rows, { byzantine: 1, sign: 1, ddof: 1 })).toEqual([Float32Array.of(8.5, 9.5, 10.5)]);
});

test.each([
  [0.2, 9],
  [0.5, 9],
  [1, 2],
])("with z = %f Krum takes row %i: small changes win it", (z, winner) => {
  const rows = [...nineHonest, ...alie(nineHonest, { byzantine: 2, z })];
  expect(krumSelection(rows, { byzantine: 2 })).toBe(winner);
});

test("max takes z_max of the round, from what the attack may see", () => {
  const expected = alie(nineHonest.slice(0, 2), { byzantine: 2, z: alieZMax(8, 2) });
  expect(alieAttack({ z: "max" }).forge(viewOf(), undefined).vectors).toEqual(expected);
  expect(alie(nineHonest, { byzantine: 2, z: "max" })).toEqual(
    alie(nineHonest, { byzantine: 2, z: alieZMax(11, 2) }),
  );
  const all = alieAttack({ z: 1, view: "omniscient" }).forge(viewOf(), undefined).vectors;
  expect(all).toEqual(alie(nineHonest.slice(3), { byzantine: 2, z: 1 }));
});
