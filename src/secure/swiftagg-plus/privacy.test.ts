/**
 * What coalitions learn, exactly: by linear algebra on what they see, and, where the field is small enough, by counting
 * all cases. First it is shown that what they see is what the protocol sends.
 */
import { expect, test } from "vitest";
import { P31 } from "../../numeric/field31.ts";
import { rampCode } from "../ramp-code.ts";
import { contributionsOf, encoded, namesOf, SUM } from "../testing/contributions.ts";
import { drive } from "../testing/drive.ts";
import { gf, type Matrix, type PrimeField } from "../testing/gf.ts";
import { leakedDimensions } from "../testing/gf-leak.ts";
import { gfLagrange, gfRampCode } from "../testing/gf-ramp-code.ts";
import { type Layout, planLayout } from "./layout.ts";
import type { SwiftAggPlusOptions } from "./options.ts";
import { evaluate, type LinearMessage, linearRun, rowsOf } from "./testing/linear-run.ts";
import { opened } from "./testing/opened.ts";
import { goingAt, halvesFor } from "./testing/round.ts";

const field = gf(P31);

interface Setting {
  readonly participants: number;
  readonly options: SwiftAggPlusOptions;
  readonly without?: readonly number[];
  readonly dead?: readonly number[];
}

const SETTINGS: readonly Setting[] = [
  { participants: 8, options: { colluders: 1, dropouts: 1, parts: 2, sum: SUM } },
  {
    participants: 10,
    options: { colluders: 1, dropouts: 1, parts: 2, sum: SUM },
    without: [2, 9],
    dead: [2],
  },
  { participants: 6, options: { colluders: 2, dropouts: 0, parts: 1, basis: "monomial", sum: SUM } },
  { participants: 7, options: { colluders: 2, dropouts: 1, parts: 2, sum: SUM }, without: [3] },
  { participants: 10, options: { colluders: 1, dropouts: 1, parts: 1, topology: "tree", sum: SUM } },
];

function codeOf({ groupSize, parts, needed }: Layout, { basis = "lagrange" }: SwiftAggPlusOptions): Matrix {
  const { encodeMatrix } = rampCode({ receivers: groupSize, data: parts, noise: needed - parts, basis });
  return rowsOf(encodeMatrix, needed);
}

test.each([
  ...[9, 12].map((participants) => ({ participants, topology: "chain" as const, goes: false })),
  ...[9, 13].map((participants) => ({ participants, topology: "tree" as const, goes: true })),
])("the halves send what the algebra says: %o", ({ participants, topology, goes }) => {
  const options = { colluders: 1, dropouts: 1, parts: 2, topology, sum: SUM } as const;
  const clients = namesOf(participants);
  // Two pieces of one symbol each: the update's only entry, and the weight.
  const contributions = contributionsOf(clients, 1);
  const halves = halvesFor(options, clients);
  const fate = goingAt(new Map(goes ? [["client-3", "received"]] : []), "vanish");
  const driven = drive({ halves, cohort: contributions, dimension: 1, fate });
  const { roster, messages } = opened(halves, driven);
  const layout = planLayout(participants, options);
  const inputs = roster.names.flatMap((name) => [
    ...encoded(name, contributions, { sum: options.sum, participants }),
  ]);
  // A sender's noise is what its polynomial is at the last point.
  const noise = roster.names.map((_, place) => {
    const shares = messages.filter(({ kind, from }) => kind === "share" && from === place).slice(0, 3);
    const points = shares.map(({ to }) => (to! % layout.groupSize) + 1);
    const [row] = gfLagrange(P31, points, [layout.groupSize + 3]);
    return field.product(
      [row],
      shares.map(({ symbols }) => [...symbols]),
    )[0][0];
  });
  expect(new Set([0, ...noise]).size).toBe(participants + 1);
  const places = roster.names.map((_, place) => place);
  const gone = roster.names.indexOf("client-3");
  const dead = goes ? [gone % layout.groupSize] : [];
  const run = linearRun(field, layout, codeOf(layout, options), places, dead);
  const key = ({ kind, from, to }: Pick<LinearMessage, "kind" | "from" | "to">) => `${kind} ${from} ${to}`;
  const expected = new Map(run.map((message) => [key(message), evaluate(field, message, { inputs, noise })]));
  const seen = new Map(messages.map((message) => [key(message), message.symbols[0]]));
  for (const [name, value] of seen) expect(value, name).toBe(expected.get(name));
  // Once enough sums have come, the server does not wait for the others.
  const missing = [...expected.keys()].filter((name) => !seen.has(name));
  for (const name of missing) expect(name).toMatch(/^final/);
  const finals = messages.filter(({ kind }) => kind === "final");
  expect(finals.length).toBeGreaterThanOrEqual(layout.needed);
});

/** All sets of `size` places. */
function* coalitions(participants: number, size: number, from = 0): Generator<number[]> {
  if (size === 0) yield [];
  for (let place = from; size > 0 && place < participants; place++) {
    for (const rest of coalitions(participants, size - 1, place + 1)) yield [place, ...rest];
  }
}

/** What the server and some participants see, and how much of it is beyond the sum and their own contributions. */
function leak(
  { participants, options, without = [], dead = [] }: Setting,
  coalition: readonly number[],
  code = codeOf(planLayout(participants, options), options),
): number {
  const layout = planLayout(participants, options);
  const { colluders } = options;
  const included = Array.from({ length: participants }, (_, place) => place).filter(
    (p) => !without.includes(p),
  );
  const run = linearRun(field, layout, code, included, dead);
  const seen = run.filter(({ to }) => to === undefined || coalition.includes(to));
  const unit = (length: number, index: number) => Array.from({ length }, (_, i) => Number(i === index));
  const own = (each: number) =>
    coalition.flatMap((place) => Array.from({ length: each }, (_, i) => place * each + i));
  const [inputs, noise] = [participants * layout.parts, participants * colluders];
  const ownInputs = own(layout.parts).map((i) => unit(inputs, i));
  const ownNoise = own(colluders).map((i) => unit(noise, i));
  const sums = Array.from({ length: layout.parts }, (_, k) =>
    Array.from({ length: inputs }, (_, i) =>
      Number(i % layout.parts === k && included.includes(Math.floor(i / layout.parts))),
    ),
  );
  const view = {
    inputs: [...seen.map((m) => m.inputs), ...ownInputs, ...ownNoise.map(() => unit(inputs, -1))],
    noise: [...seen.map((m) => m.noise), ...ownInputs.map(() => unit(noise, -1)), ...ownNoise],
  };
  return leakedDimensions(field, view, [...sums, ...ownInputs]);
}

test.each(SETTINGS)(
  "the server and T participants learn the sum and nothing else: %o",
  (setting) => {
    const { participants, options } = setting;
    for (let size = 0; size <= options.colluders; size++) {
      for (const coalition of coalitions(participants, size)) {
        expect(leak(setting, coalition), `coalition ${coalition}`).toBe(0);
      }
    }
    const larger = [...coalitions(participants, options.colluders + 1)];
    expect(larger.some((coalition) => leak(setting, coalition) > 0)).toBe(true);
  },
  120_000,
);

test("without noise, or with a member's point among those of the data, one participant learns more", () => {
  const [setting] = SETTINGS;
  const layout = planLayout(setting.participants, setting.options);
  const noiseless = codeOf(layout, setting.options).map((row) => [...row.slice(0, layout.parts), 0]);
  const overlapping = gfLagrange(P31, [1, 5, 6], [1, 2, 3, 4]);
  const [someone] = coalitions(setting.participants, 1);
  expect(leak(setting, someone, noiseless)).toBeGreaterThan(0);
  expect(leak(setting, someone, overlapping)).toBeGreaterThan(0);
});

/** All vectors of `length` over GF(p). */
function* vectors(p: number, length: number): Generator<number[]> {
  if (length === 0) yield [];
  for (let first = 0; length > 0 && first < p; first++) {
    for (const rest of vectors(p, length - 1)) yield [first, ...rest];
  }
}

/**
 * In GF(5), four participants in groups of two: for every input of the others with equal sum, the frequencies of all
 * that a coalition may see, over all noise; says how many inputs can be told from the first with their sum.
 */
function distinguishable(small: PrimeField, coalition: readonly number[]): number {
  const options = { colluders: 1, dropouts: 0, parts: 1, sum: SUM } as const;
  const layout = planLayout(4, options);
  const code = gfRampCode(small.p, { receivers: 2, data: 1, noise: 1 });
  const seen = linearRun(small, layout, rowsOf(code.encodeMatrix, 2), [0, 1, 2, 3]).filter(
    ({ to }) => to === undefined || coalition.includes(to),
  );
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  const noises = [...vectors(small.p, 4)].map((noise) => ({
    own: coalition.map((place) => noise[place]),
    seen: seen.map((message) => dot(message.noise, noise)),
  }));
  const first = new Map<string, string>();
  let different = 0;
  for (const inputs of vectors(small.p, 4)) {
    const known = seen.map((message) => dot(message.inputs, inputs));
    const counts = new Map<string, number>();
    for (const noise of noises) {
      const view = [...noise.own, ...noise.seen.map((value, i) => (value + known[i]) % small.p)].join();
      counts.set(view, (counts.get(view) ?? 0) + 1);
    }
    const histogram = JSON.stringify([...counts].sort());
    const allowed = [dot(inputs, [1, 1, 1, 1]) % small.p, ...coalition.map((place) => inputs[place])].join();
    if (!first.has(allowed)) first.set(allowed, histogram);
    else if (first.get(allowed) !== histogram) different++;
  }
  return different;
}

test("by counting all cases over GF(5): one colluder cannot tell inputs of equal sum apart, two can", () => {
  const small = gf(5);
  for (const coalition of coalitions(4, 1)) expect(distinguishable(small, coalition)).toBe(0);
  // Two of one group see nothing of the other's but sums; two of different groups and sequences see both points.
  expect(distinguishable(small, [0, 1])).toBe(0);
  expect(distinguishable(small, [0, 3])).toBeGreaterThan(0);
}, 120_000);
