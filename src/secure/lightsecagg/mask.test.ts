import { expect, test } from "vitest";
import { addInto, P31, subtractFrom } from "../../numeric/field31.ts";
import { SecureRandom } from "../../numeric/secure-random.ts";
import { gfRampCode } from "../testing/gf-ramp-code.ts";
import { drawNoise, maskCode, recoverMasks, shareLength, shareMask, sumShares } from "./mask.ts";

/** Worked out by hand in the field of 11 elements: N = 4, T = 1, D = 1, U = 3, L = 2. */
const P = 11;
const USERS = [
  { x: [2, 7], z: [3, 8], noise: 5, y: [5, 4], shares: [2, 6, 2, 1] },
  { x: [5, 1], z: [10, 2], noise: 7, y: [4, 3], shares: [7, 2, 10, 9] },
  { x: [9, 4], z: [1, 6], noise: 0, y: [10, 10], shares: [3, 8, 2, 7] },
  { x: [1, 8], z: [4, 9], noise: 2, y: [5, 6], shares: [7, 5, 2, 9] },
];

const code = gfRampCode(P, { receivers: 4, data: 2, noise: 1 });
const encoded = USERS.map(({ z, noise }) => shareMask(code, Uint32Array.from(z), 2, [Uint32Array.of(noise)]));

test("shares of the worked example", () => {
  for (const [i, { x, z, y, shares }] of USERS.entries()) {
    expect(encoded[i].map(([share]) => share)).toEqual(shares);
    expect(x.map((value, l) => (value + z[l]) % P)).toEqual(y);
  }
});

test.each([
  { name: "user 4 drops before its upload", included: [0, 1, 2], recoveries: [1, 5, 3], sum: [5, 1] },
  { name: "user 4 drops after its upload", included: [0, 1, 2, 3], recoveries: [8, 10, 5], sum: [6, 9] },
])("the worked example when $name", ({ included, recoveries, sum }) => {
  const answers = [0, 1, 2].map((holder) => {
    const held = new Map(encoded.map((shares, sender) => [sender, shares[holder]]));
    return sumShares(held, included, 1).map((value) => value % P);
  });
  expect(answers.map(([answer]) => answer)).toEqual(recoveries);
  const masks = recoverMasks(code, new Map(answers.entries()), 2);
  const masked = [0, 1].map((l) => included.reduce((total, i) => total + USERS[i].y[l], 0));
  expect(masked.map((value, l) => (value - masks[l] + P) % P)).toEqual(sum);
});

test("in the field of 2^31 - 1, any U sums of shares undo the masks, padding and all", () => {
  const random = SecureRandom.fromSeed(new Uint8Array(32).fill(3));
  const [clients, colluders, survivors, symbols] = [6, 2, 5, 10];
  const length = shareLength(symbols, colluders, survivors);
  expect(length).toBe(4);
  const production = maskCode(clients, colluders, survivors);
  const oracle = gfRampCode(P31, { receivers: clients, data: 3, noise: 2 });
  const total = new Uint32Array(symbols);
  const held = Array.from({ length: clients }, () => new Map<number, Uint32Array>());
  for (let sender = 0; sender < clients; sender++) {
    const mask = random.field31(symbols);
    const noise = drawNoise(random, colluders, length);
    const shares = shareMask(production, mask, 3, noise);
    expect(shares).toEqual(shareMask(oracle, mask, 3, noise));
    for (const [holder, share] of shares.entries()) held[holder].set(sender, share);
    if (sender !== 4) addInto(total, mask);
  }
  const included = [0, 1, 2, 3, 5];
  for (let absent = 0; absent < clients; absent++) {
    const answers = new Map(held.map((shares, holder) => [holder, sumShares(shares, included, length)]));
    answers.delete(absent);
    const masks = recoverMasks(production, answers, symbols);
    subtractFrom(masks, total);
    expect(masks).toEqual(new Uint32Array(symbols));
  }
});
