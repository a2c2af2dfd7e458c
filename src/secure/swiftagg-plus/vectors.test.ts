/** A small round worked out over GF(11), with numbers that this code did not produce. */
import { expect, test } from "vitest";
import { gf } from "../testing/gf.ts";
import { gfRampCode } from "../testing/gf-ramp-code.ts";
import { membersOf, planLayout, seatOf } from "./layout.ts";
import { evaluate, linearRun, rowsOf } from "./testing/linear-run.ts";

const field = gf(11);
const SUM = { bound: 1, weights: "uniform", mostExamples: 1 } as const;
const OPTIONS = { colluders: 1, dropouts: 1, parts: 2, sum: SUM } as const;

/** Data, noise, and the shares in each basis. */
const USERS = [
  { data: [3, 1], noise: 2, lagrange: [8, 5, 5, 8], monomial: [6, 2, 2, 6] },
  { data: [4, 1], noise: 7, lagrange: [7, 1, 4, 5], monomial: [1, 1, 4, 10] },
  { data: [5, 9], noise: 1, lagrange: [1, 9, 5, 0], monomial: [4, 5, 8, 2] },
  { data: [2, 6], noise: 8, lagrange: [10, 0, 10, 7], monomial: [5, 2, 4, 0] },
  { data: [5, 3], noise: 2, lagrange: [1, 6, 1, 8], monomial: [10, 8, 10, 5] },
  { data: [5, 8], noise: 8, lagrange: [7, 0, 1, 10], monomial: [10, 9, 2, 0] },
  { data: [9, 7], noise: 1, lagrange: [10, 2, 1, 7], monomial: [6, 5, 6, 9] },
  { data: [9, 3], noise: 8, lagrange: [0, 5, 10, 4], monomial: [9, 3, 2, 6] },
];
const GUEST = { data: [10, 4], noise: 6, lagrange: [4, 10, 2, 2], monomial: [] };

function run(
  basis: "lagrange" | "monomial",
  { users = USERS, without = [] as number[], dead = [] as number[] } = {},
) {
  const layout = planLayout(users.length, { ...OPTIONS, basis });
  const code = gfRampCode(11, { receivers: layout.groupSize, data: 2, noise: 1, basis });
  const included = users.map((_, place) => place).filter((place) => !without.includes(place));
  const messages = linearRun(field, layout, rowsOf(code.encodeMatrix, 3), included, dead);
  const given = { inputs: users.flatMap(({ data }) => data), noise: users.map(({ noise }) => noise) };
  const values = (of: (message: (typeof messages)[number]) => boolean) =>
    messages.filter(of).map((message) => evaluate(field, message, given));
  const finals = messages.filter(({ kind }) => kind === "final");
  const shares = new Map(
    finals.map((message) => [
      seatOf(layout, message.from).member!,
      Uint32Array.of(evaluate(field, message, given)),
    ]),
  );
  return {
    shareOf: (sender: number) => values(({ kind, from }) => kind === "share" && from === sender),
    partials: values(({ kind }) => kind === "partial"),
    finals: values(({ kind }) => kind === "final"),
    sum: code.decode(shares).map(([symbol]) => symbol),
  };
}

test("two groups of four", () => {
  const layout = planLayout(8, OPTIONS);
  expect(layout).toMatchObject({ groupSize: 4, groups: 2, needed: 3 });
  expect([0, 1].map((group) => membersOf(layout, group))).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
  ]);
});

test.each(["lagrange", "monomial"] as const)("shares in the %s basis", (basis) => {
  const { shareOf } = run(basis);
  for (const [user, { [basis]: shares }] of USERS.entries()) {
    expect(shareOf(user)).toEqual(shares.filter((_, j) => j !== user % 4));
  }
});

test("sums without dropouts", () => {
  expect(run("lagrange")).toMatchObject({ partials: [4, 4, 2, 9], finals: [0, 6, 4, 5], sum: [9, 5] });
  expect(run("monomial")).toMatchObject({ partials: [5, 10, 7, 7], finals: [7, 2, 5, 5], sum: [9, 5] });
});

test("user 6 drops out after sharing, or user 3 before it", () => {
  expect(run("lagrange", { dead: [1] })).toMatchObject({ finals: [0, 4, 5], sum: [9, 5] });
  expect(run("lagrange", { without: [2], dead: [2] })).toMatchObject({
    ...{ partials: [3, 6, 9], finals: [10, 8, 5], sum: [4, 7] },
  });
});

test("a ninth user is the guest of the first group", () => {
  const { shareOf, ...sums } = run("lagrange", { users: [...USERS, GUEST] });
  expect(shareOf(8)).toEqual(GUEST.lagrange);
  expect(sums).toEqual({ partials: [8, 3, 4, 0], finals: [4, 5, 6, 7], sum: [8, 9] });
});
