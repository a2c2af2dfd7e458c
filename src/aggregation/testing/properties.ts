import fc from "fast-check";
import { expect, it } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import { expectClose, normalRows } from "./rows.ts";
import { slowMean, squaredDistance, subsets } from "./slow-rules.ts";

/** A rule that is to withstand f of the rows. */
export type Subject = (rows: readonly Float32Array[], f: number) => Float32Array;

/** The numbers of Byzantine rows to try, and how many rows a rule needs for each. */
export interface Sizes {
  readonly f: readonly number[];
  readonly needs: (f: number) => number;
}

interface Draw {
  readonly f: number;
  readonly rows: Float32Array[];
  readonly random: SimulationRandom;
}

export const majority: Sizes = { f: [0, 1, 2, 3, 5], needs: (f) => 2 * f + 1 };

/**
 * Runs a check on random rows of all sizes. They do not tie, but some nearly do, and then single precision decides
 * what a rule selects: so that no run fails for that, the rows are the same in every run.
 */
export function forRandomRows({ f: fs, needs }: Sizes, check: (draw: Draw) => void): void {
  const sizes = fc.record({
    f: fc.constantFrom(...fs),
    more: fc.integer({ min: 0, max: 5 }),
    dimension: fc.integer({ min: 1, max: 7 }),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(sizes, ({ f, more, dimension, seed }) => {
      const random = SimulationRandom.fromSeed(seed).stream("check");
      check({ f, rows: normalRows(seed, needs(f) + more, dimension), random });
    }),
    { seed: 1 },
  );
}

export function itIgnoresOrder(subject: Subject, sizes = majority): void {
  it("does not depend on the order of updates", () => {
    forRandomRows(sizes, ({ f, rows, random }) => {
      expectClose(subject(random.shuffle([...rows]), f), subject(rows, f));
    });
  });
}

export function itFollowsShiftAndScale(subject: Subject, sizes = majority): void {
  it("moves and grows with the updates", () => {
    forRandomRows(sizes, ({ f, rows, random }) => {
      const shift = rows[0].map(() => 3 * random.normal());
      const scale = random.uniform() < 0.5 ? -4 : 0.25;
      const changed = rows.map((row) => row.map((x, j) => scale * x + shift[j]));
      const expected = subject(rows, f).map((x, j) => scale * x + shift[j]);
      expectClose(subject(changed, f), expected, 2e-5);
    });
  });
}

/** f arbitrary rows, some of them alike, of sizes up to 1e30; the others follow. */
function attacked(rows: readonly Float32Array[], f: number, random: SimulationRandom): Float32Array[] {
  const size = 10 ** random.integer(31);
  const hostile = rows[0].map(() => size * random.normal());
  const forged = Array.from({ length: f }, () =>
    random.uniform() < 0.5 ? hostile : rows[0].map(() => size * random.normal()),
  );
  return [...forged, ...rows.slice(f)];
}

export function itReturnsWhatTheHonestAgreeOn(subject: Subject, sizes = majority): void {
  it("returns what all honest updates agree on, whatever the others send", () => {
    forRandomRows(sizes, ({ f, rows, random }) => {
      const agreed = rows[0];
      const given = attacked(
        rows.map(() => agreed),
        f,
        random,
      );
      expectClose(subject(random.shuffle(given), f), agreed, 1e-6);
    });
  });
}

/** For rules that combine the values of each entry. */
export function itStaysAmongHonestValues(subject: Subject, sizes = majority): void {
  it("keeps every entry between honest ones when f updates are huge", () => {
    forRandomRows(sizes, ({ f, rows, random }) => {
      const honest = rows.slice(f);
      const huge = honest[0].map(() => (random.uniform() < 0.5 ? -1e30 : 1e30));
      const result = subject([...Array.from({ length: f }, () => huge), ...honest], f);
      result.forEach((x, j) => {
        const values = honest.map((row) => row[j]);
        expect(x).toBeGreaterThanOrEqual(Math.min(...values) - 1e-6);
        expect(x).toBeLessThanOrEqual(Math.max(...values) + 1e-6);
      });
    });
  });
}

const [BOUND_ROWS, BOUND_BYZANTINE] = [9, 2];

/**
 * How far a rule is from (f, kappa)-robustness (Allouah et al. 2023, definition 2): the largest ratio of its squared
 * distance from the mean of a subset of n - f rows to the subset's variance, over all subsets of many sets of nine
 * rows of mixed sizes, f = 2.
 */
export function worstRatio(subject: Subject): number {
  const sizes = [0.1, 0.1, 0.1, 1, 10];
  let worst = 0;
  for (let seed = 0; seed < 100; seed++) {
    const random = SimulationRandom.fromSeed(seed).stream("size");
    const rows = normalRows(seed, BOUND_ROWS, 3, () => sizes[random.integer(sizes.length)]);
    const result = subject(rows, BOUND_BYZANTINE);
    for (const subset of subsets(BOUND_ROWS, BOUND_ROWS - BOUND_BYZANTINE)) {
      const members = subset.map((i) => rows[i]);
      const mean = slowMean(members);
      const variance = members.reduce((sum, row) => sum + squaredDistance(row, mean), 0) / members.length;
      worst = Math.max(worst, squaredDistance(result, mean) / variance);
    }
  }
  return worst;
}

/** q = f / (n - 2f) of the sets that {@link worstRatio} tries. */
export const q = BOUND_BYZANTINE / (BOUND_ROWS - 2 * BOUND_BYZANTINE);

export function itIsRobust(subject: Subject, kappa: number): void {
  it("is (f, kappa)-robust", () => {
    expect(worstRatio(subject)).toBeLessThan(kappa);
  });
}
