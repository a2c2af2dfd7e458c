/**
 * What the server and its colluders see, as a linear function of what honest clients put in, made by the code that
 * clients run: uploads of all honest clients, included or not; the shares that colluders hold of their masks; and the
 * sums of shares from everyone. It may tell the sum over the honest ones among those included, and nothing else.
 */
import { expect, test } from "vitest";
import { P31 } from "../../numeric/field31.ts";
import type { RampCode } from "../ramp-code.ts";
import { gf } from "../testing/gf.ts";
import { leakedDimensions } from "../testing/gf-leak.ts";
import { gfLagrange, gfRampCode } from "../testing/gf-ramp-code.ts";
import { maskCode, shareLength, shareMask, sumShares } from "./mask.ts";

const field = gf(P31);

interface Setting {
  readonly clients: number;
  readonly colluders: number;
  readonly survivors: number;
  /** L. */
  readonly symbols: number;
  readonly code?: RampCode;
  readonly noise?: "none";
  /** Sets that recoveries are given for; one, unless clients are tricked. */
  readonly included: readonly (readonly number[])[];
}

/** A and B of a coalition's view, and S, column by column: what it sees of each unit vector. */
function viewOf(setting: Setting, coalition: readonly number[]) {
  const { clients, colluders, survivors, symbols, included } = setting;
  const code = setting.code ?? maskCode(clients, colluders, survivors);
  const length = shareLength(symbols, colluders, survivors);
  const honest = places(clients).filter((i) => !coalition.includes(i));
  const noiseSymbols = symbols + (setting.noise === "none" ? 0 : colluders * length);
  const unit = (size: number, at: number) => Uint32Array.from({ length: size }, (_, i) => Number(i === at));

  /** Everything seen when client `who` puts in `input`, and mask and noise `secret`, and the others zeros. */
  const seen = (who: number, input: Uint32Array, secret: Uint32Array): number[] => {
    const mask = secret.slice(0, symbols);
    const noise = Array.from({ length: colluders }, (_, t) => {
      const drawn = secret.slice(symbols + t * length, symbols + (t + 1) * length);
      return setting.noise === "none" ? new Uint32Array(length) : drawn;
    });
    const shares = shareMask(code, mask, survivors - colluders, noise);
    const silence = new Uint32Array(length);
    const uploads = honest.flatMap((i) => [...input.map((x, l) => (i === who ? (x + mask[l]) % P31 : 0))]);
    const held = coalition.flatMap((j) => honest.flatMap((i) => [...(i === who ? shares[j] : silence)]));
    const recoveries = included.flatMap((set) =>
      places(clients).flatMap((j) => {
        const shareOf = new Map(places(clients).map((i) => [i, i === who ? shares[j] : silence]));
        return [...sumShares(shareOf, set, length)];
      }),
    );
    return [...uploads, ...held, ...recoveries];
  };
  const nothing = (size: number) => new Uint32Array(size);
  const inputs = honest.flatMap((i) =>
    places(symbols).map((l) => seen(i, unit(symbols, l), nothing(noiseSymbols))),
  );
  const noise = honest.flatMap((i) =>
    places(noiseSymbols).map((l) => seen(i, nothing(symbols), unit(noiseSymbols, l))),
  );
  const allowed = places(symbols).map((l) =>
    honest.flatMap((i) => places(symbols).map((k) => Number(k === l && included[0].includes(i)))),
  );
  return { view: { inputs: transposed(inputs), noise: transposed(noise) }, allowed };
}

function places(count: number): number[] {
  return [...Array(count).keys()];
}

function transposed(columns: readonly (readonly number[])[]): number[][] {
  return columns[0].map((_, row) => columns.map((column) => column[row]));
}

function subsets(of: readonly number[], size: number): number[][] {
  if (size === 0) return [[]];
  return of.flatMap((first, i) => subsets(of.slice(i + 1), size - 1).map((rest) => [first, ...rest]));
}

/** The most that any coalition of `size` learns beyond the sum. */
function mostLeaked(setting: Setting, size: number): number {
  const leaks = subsets(places(setting.clients), size).map((coalition) => {
    const { view, allowed } = viewOf(setting, coalition);
    return leakedDimensions(field, view, allowed);
  });
  return Math.max(...leaks);
}

const small = { clients: 4, colluders: 1, survivors: 3, symbols: 3 };
const larger = { clients: 5, colluders: 2, survivors: 4, symbols: 2 };

test.each([small, larger])(
  "no coalition of T learns more than the sum, also not of those left out: %j",
  (of) => {
    for (let size = 2; size <= of.clients; size++) {
      for (const set of subsets(places(of.clients), size)) {
        for (let coalition = 0; coalition <= of.colluders; coalition++) {
          expect(mostLeaked({ ...of, included: [set] }, coalition), `${set} and ${coalition}`).toBe(0);
        }
      }
    }
  },
);

test.each([small, larger])("one colluder more does learn more: %j", (of) => {
  const included = [places(of.clients - 1)];
  expect(mostLeaked({ ...of, included }, of.colluders + 1)).toBeGreaterThan(0);
});

test("the proof notices codes without noise, and those that hand data to a client", () => {
  const included = [[0, 1, 2]];
  expect(mostLeaked({ ...small, included, noise: "none" }, 1)).toBeGreaterThan(0);
  const { clients, survivors } = small;
  const points = places(clients).map((j) => j + 1);
  // The first piece of the mask stands where the first client's share is taken.
  const rows = gfLagrange(
    P31,
    places(survivors).map((i) => i + 1),
    points,
  );
  const overlapping: RampCode = {
    ...gfRampCode(P31, { receivers: clients, data: 2, noise: 1 }),
    encode: (pieces) =>
      field
        .product(
          rows,
          pieces.map((piece) => [...piece]),
        )
        .map((row) => Uint32Array.from(row)),
  };
  expect(mostLeaked({ ...small, included, code: overlapping }, 1)).toBeGreaterThan(0);
});

test("sums of shares for two different sets would give a client away to the server alone", () => {
  expect(
    mostLeaked(
      {
        ...small,
        included: [
          [0, 1, 2, 3],
          [0, 1, 2],
        ],
      },
      0,
    ),
  ).toBeGreaterThan(0);
});

/** How often each view occurs over all masks and noise of the honest clients, in the field of 5 elements. */
function histogram(
  inputs: readonly number[],
  included: readonly number[],
  coalition: readonly number[],
): string {
  const p = 5;
  const clients = 3;
  const code = gfRampCode(p, { receivers: clients, data: 1, noise: 1 });
  const honest = places(clients).filter((i) => !coalition.includes(i));
  const one = (value: number) => Uint32Array.of(value);
  const sharesOf = places(p * p).map((draw) =>
    shareMask(code, one(draw % p), 1, [one(Math.floor(draw / p))]),
  );
  const counts = new Map<string, number>();
  for (let draws = 0; draws < (p * p) ** honest.length; draws++) {
    const drawOf = (i: number) => Math.floor(draws / (p * p) ** honest.indexOf(i)) % (p * p);
    const uploads = honest.map((i) => (inputs[i] + (drawOf(i) % p)) % p);
    const held = coalition.flatMap((j) => honest.map((i) => sharesOf[drawOf(i)][j][0]));
    const recoveries = places(clients).map((j) => {
      const ofHonest = new Map(honest.map((i) => [i, sharesOf[drawOf(i)][j]]));
      const counted = included.filter((i) => honest.includes(i));
      return sumShares(ofHonest, counted, 1)[0] % p;
    });
    const view = [...uploads, ...held, ...recoveries].join();
    counts.set(view, (counts.get(view) ?? 0) + 1);
  }
  return JSON.stringify([...counts].sort());
}

function distinctHistograms(included: readonly number[], coalition: readonly number[]): number[] {
  const honest = places(3).filter((i) => !coalition.includes(i));
  const bySum = new Map<number, Set<string>>();
  for (let draws = 0; draws < 5 ** honest.length; draws++) {
    const inputs = places(3).map((i) =>
      honest.includes(i) ? Math.floor(draws / 5 ** honest.indexOf(i)) % 5 : 0,
    );
    const sum = included.reduce((total, i) => total + inputs[i], 0) % 5;
    bySum.set(sum, (bySum.get(sum) ?? new Set()).add(histogram(inputs, included, coalition)));
  }
  return [...bySum.values()].map((histograms) => histograms.size);
}

test("counted out over all masks and noise: inputs of one sum look the same to the server and one client", () => {
  for (const included of [
    [0, 1, 2],
    [0, 1],
    [1, 2],
  ]) {
    for (const colluder of [0, 2]) {
      const distinct = distinctHistograms(included, [colluder]);
      expect(distinct, `${included} and ${colluder}`).toEqual(distinct.map(() => 1));
    }
  }
  // Two of them open the mask of a client that is not even included.
  expect(distinctHistograms([0, 1], [0, 1])).toEqual([5]);
});
