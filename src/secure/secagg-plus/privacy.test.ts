/**
 * What the server and its colluders see, as a linear function of honest inputs and of masks that are taken for uniform,
 * which they are to nobody who cannot break ChaCha20: uploads of all who have shared, also those that came too late; one
 * secret of each, as the clients' rule reveals them; and all that colluders know or can rebuild. It may tell the sum
 * over the honest ones of those included, and nothing else.
 */
import { expect, test } from "vitest";
import { P31 } from "../../numeric/field31.ts";
import { gf, type Matrix } from "../testing/gf.ts";
import { leakedDimensions } from "../testing/gf-leak.ts";
import { pairSign } from "./masks.ts";
import type { Plan } from "./plan.ts";
import { isConnected, neighboursOf } from "./ring.ts";

interface Setting {
  readonly plan: Plan;
  /** Places of those in the sum; all places have shared. */
  readonly uploaded: readonly number[];
  /** What is wrong, on purpose. */
  readonly fault?: "no self-masks" | "both secrets";
}

function places(count: number): number[] {
  return [...Array(count).keys()];
}

function subsets(of: readonly number[], size: number): number[][] {
  if (size === 0) return [[]];
  return of.flatMap((first, i) => subsets(of.slice(i + 1), size - 1).map((rest) => [first, ...rest]));
}

/** A and B of a coalition's view, a row for each symbol seen, and S: coefficients are 0, 1 or -1. */
function viewOf({ plan, uploaded, fault }: Setting, coalition: readonly number[]) {
  const honest = places(plan.clients).filter((place) => !coalition.includes(place));
  const pairs = honest.flatMap((a) =>
    neighboursOf(a, plan)
      .filter((b) => a < b && honest.includes(b))
      .map((b) => [a, b] as const),
  );
  const noOne = honest.map(() => 0);
  const selfMask = (place: number) =>
    honest.map((other) => Number(other === place && fault !== "no self-masks"));
  /** Masks in common with other honest clients; those with colluders are known. */
  const pairMasks = (place: number) =>
    pairs.map(([a, b]) => (place === a ? pairSign(a, b) : place === b ? pairSign(b, a) : 0));
  const pairAlone = (place: number) =>
    pairs.flatMap((pair, i) => (pair.includes(place) ? [pairs.map((_, k) => Number(k === i))] : []));

  const uploads = honest.map((place) => ({
    input: honest.map((other) => Number(other === place)),
    noise: [...selfMask(place), ...pairMasks(place)],
  }));
  const revealed = honest.flatMap((place) => {
    const seed = [[...selfMask(place), ...pairs.map(() => 0)]];
    const key = pairAlone(place).map((row) => [...noOne, ...row]);
    const isRebuilt =
      neighboursOf(place, plan).filter((other) => coalition.includes(other)).length >= plan.threshold;
    if (isRebuilt || fault === "both secrets") return [...seed, ...key];
    return uploaded.includes(place) ? seed : key;
  });
  const inputs: Matrix = [...uploads.map(({ input }) => input), ...revealed.map(() => noOne)];
  const noise: Matrix = [...uploads.map(({ noise }) => noise), ...revealed];
  return {
    view: { inputs, noise },
    allowed: [honest.map((place) => Number(uploaded.includes(place)))],
    honest,
  };
}

function leaked(p: number, setting: Setting, coalition: readonly number[]): number {
  const { view, allowed } = viewOf(setting, coalition);
  const field = gf(p);
  const reduced = (matrix: Matrix) => matrix.map((row) => row.map(field.reduce));
  return leakedDimensions(
    field,
    { inputs: reduced(view.inputs), noise: reduced(view.noise) },
    reduced(allowed),
  );
}

/** The two bounds that random graphs keep with high probability, and the full one always. */
function isSafe({ plan, uploaded }: Setting, coalition: readonly number[]): boolean {
  const honest = places(plan.clients).filter((place) => !coalition.includes(place));
  const isGuarded = honest.every(
    (place) => neighboursOf(place, plan).filter((other) => coalition.includes(other)).length < plan.threshold,
  );
  const inSum = honest.filter((place) => uploaded.includes(place));
  return isGuarded && inSum.length > 0 && isConnected(new Set(inSum), plan);
}

const full = { clients: 5, neighbours: 4, threshold: 3 };
const ring = { clients: 8, neighbours: 4, threshold: 3 };

test.each([
  { plan: full, sizes: [2, 3, 4, 5] },
  { plan: ring, sizes: [4, 7, 8] },
])("coalitions learn the sum only, unless a bound is broken: %o", ({ plan, sizes }) => {
  const everyone = places(plan.clients);
  const sets = sizes.flatMap((size) => subsets(everyone, size));
  const coalitions = places(plan.threshold + 1).flatMap((size) => subsets(everyone, size));
  const seen = { safe: 0, leaking: 0 };
  for (const uploaded of sets) {
    for (const coalition of coalitions) {
      const excess = leaked(P31, { plan, uploaded }, coalition);
      if (excess > 0) seen.leaking++;
      if (!isSafe({ plan, uploaded }, coalition)) continue;
      seen.safe++;
      expect(excess, `${uploaded} and ${coalition}`).toBe(0);
    }
  }
  expect(seen.safe).toBeGreaterThan(100);
  expect(seen.leaking).toBeGreaterThan(100);
});

test("t colluding neighbours of a client learn its input, t - 1 do not", () => {
  const setting = { plan: full, uploaded: [0, 1, 2, 3, 4] };
  expect(leaked(P31, setting, [1, 2])).toBe(0);
  expect(leaked(P31, setting, [1, 2, 3])).toBe(1);
  expect(leaked(P31, { plan: ring, uploaded: places(8) }, [1, 2, 6])).toBeGreaterThan(0);
  // On the ring, these are neighbours of nobody in common.
  expect(leaked(P31, { plan: ring, uploaded: places(8) }, [0, 4])).toBe(0);
});

test("the proof notices a missing self-mask, and a client of whom both secrets are revealed", () => {
  const uploaded = [0, 1, 2];
  expect(leaked(P31, { plan: full, uploaded }, [4])).toBe(0);
  // The upload of client 3 came when its pairwise masks were known already.
  expect(leaked(P31, { plan: full, uploaded, fault: "no self-masks" }, [4])).toBeGreaterThan(0);
  expect(leaked(P31, { plan: full, uploaded, fault: "both secrets" }, [4])).toBeGreaterThan(0);
});

/** How often each view occurs over all masks, in the field of 3 elements. */
function histogram(setting: Setting, coalition: readonly number[], inputs: readonly number[]): string {
  const p = 3;
  const { view } = viewOf(setting, coalition);
  const masks = view.noise[0].length;
  const counts = new Map<string, number>();
  for (let draw = 0; draw < p ** masks; draw++) {
    const drawn = places(masks).map((i) => Math.floor(draw / p ** i) % p);
    const seen = view.inputs.map((row, i) => {
      const input = row.reduce((sum, entry, k) => sum + entry * inputs[k], 0);
      return gf(p).reduce(view.noise[i].reduce((sum, entry, k) => sum + entry * drawn[k], input));
    });
    counts.set(seen.join(), (counts.get(seen.join()) ?? 0) + 1);
  }
  return JSON.stringify([...counts].sort());
}

/** Of inputs with one sum, how many different histograms there are; for each sum. */
function distinctHistograms(setting: Setting, coalition: readonly number[]): number[] {
  const { honest } = viewOf(setting, coalition);
  const bySum = new Map<number, Set<string>>();
  for (let draw = 0; draw < 3 ** honest.length; draw++) {
    const inputs = honest.map((_, i) => Math.floor(draw / 3 ** i) % 3);
    const sum = inputs.reduce((all, input, i) => all + (setting.uploaded.includes(honest[i]) ? input : 0), 0);
    bySum.set(sum % 3, (bySum.get(sum % 3) ?? new Set()).add(histogram(setting, coalition, inputs)));
  }
  return [...bySum.values()].map((histograms) => histograms.size);
}

test("counted out over all masks: inputs of one sum look the same to the server and one client", () => {
  const plan = { clients: 4, neighbours: 3, threshold: 2 };
  for (const uploaded of [
    [0, 1, 2, 3],
    [0, 1, 2],
    [1, 2, 3],
  ]) {
    expect(distinctHistograms({ plan, uploaded }, [3]), `${uploaded}`).toEqual([1, 1, 1]);
  }
  expect(distinctHistograms({ plan, uploaded: [0, 1, 2] }, [2, 3])).not.toEqual([1, 1, 1]);
  expect(distinctHistograms({ plan, uploaded: [0, 1], fault: "no self-masks" }, [3])).not.toEqual([1, 1, 1]);
});
