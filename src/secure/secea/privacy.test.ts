/**
 * What colluders see of one round, as a linear function of what honest clients put in, made by the functions that clients
 * run: shares of tables, whether they are included or not; shares of zero masks; answers of all places to the colluders'
 * own queries; shares of honest clients' queries. They may learn the sums of the rows that they ask for, over the honest
 * clients included, and nothing else. A colluder's query is its own, so an answer is linear in what is stored.
 *
 * Masks of the answers to honest clients are not among it: they are independent of everything else that colluders see.
 */
import { describe, expect, test } from "vitest";
import { addInto, P31 } from "../../numeric/field31.ts";
import { SecureRandom } from "../../numeric/secure-random.ts";
import { gf } from "../testing/gf.ts";
import { leakedDimensions } from "../testing/gf-leak.ts";
import { type GfSecEa, gfSecEa } from "../testing/gf-secea.ts";
import { planShape } from "./shape.ts";
import { places, subsets, transposed, unit } from "./testing/linear.ts";
import { scriptedSecEa } from "./testing/scripted.ts";

interface Setting {
  readonly clients: number;
  readonly colluders: number;
  readonly dropouts?: number;
  readonly parts?: number;
  /** d. */
  readonly width: number;
  /** M. */
  readonly union: number;
  /** Rows that every colluder asks for, the next one the next rows. */
  readonly asked: readonly number[];
  /** Whose tables are summed; default: all. */
  readonly included?: readonly number[];
  /** Who makes zero masks; default: the first T + 1. */
  readonly makers?: readonly number[];
  /** What has no noise. */
  readonly silent?: "tables" | "queries" | "masks";
  /** Default: the functions that clients run. */
  readonly code?: GfSecEa;
}

function shapeOf({ clients, colluders, dropouts = 0, parts, width }: Setting) {
  const options = { colluders, dropouts, bound: 1 };
  return planShape(clients, width, parts === undefined ? options : { ...options, parts });
}

/** What one honest client puts in, each a flat vector; zeros where absent. */
interface Input {
  readonly table?: Uint32Array;
  readonly tableNoise?: Uint32Array;
  /** For all colluders, one after the other. */
  readonly maskNoise?: Uint32Array;
  /** The place of a one in its queries. */
  readonly wanted?: number;
  readonly queryNoise?: Uint32Array;
}

/** How many dimensions of honest inputs the coalition learns beyond what it may. */
function leaked(setting: Setting, coalition: readonly number[]): number {
  const { clients, colluders, union, asked, included = places(clients), silent } = setting;
  const shape = shapeOf(setting);
  const { makers = places(colluders + 1), code = scriptedSecEa(shape) } = setting;
  const honest = places(clients).filter((n) => !coalition.includes(n));
  const entries = asked.length * shape.piece;
  const sizes = {
    table: union * shape.width,
    tableNoise: colluders * union * shape.piece,
    maskNoise: coalition.length * (shape.answers - shape.parts) * entries,
    queryNoise: colluders * asked.length * union,
  };
  const cut = (vector: Uint32Array, count: number) =>
    places(count).map((i) => vector.slice((i * vector.length) / count, ((i + 1) * vector.length) / count));

  const random = SecureRandom.fromSeed(new Uint8Array(32).fill(clients));
  const ownRows = coalition.map((_, m) => asked.map((row) => (row + m) % union));
  const ownQueries = ownRows.map((rows) => {
    const noise = places(colluders).map(() => random.field31(asked.length * union));
    return code.shareQueries(Int32Array.from(rows), union, noise);
  });

  /** Everything seen when client `who` puts this in, and the other honest ones zeros. */
  const see = (who: number, input: Input): number[] => {
    const zeros = (size: number) => new Uint32Array(size);
    const tables = code.shareTable(
      input.table ?? zeros(sizes.table),
      cut(input.tableNoise ?? zeros(sizes.tableNoise), colluders),
    );
    const masks = cut(input.maskNoise ?? zeros(sizes.maskNoise), coalition.length).map((noise) =>
      code.shareZeroMask(cut(noise, shape.answers - shape.parts)),
    );
    const rows = Int32Array.from(asked, (_, q) =>
      input.wanted !== undefined && input.wanted % asked.length === q
        ? Math.floor(input.wanted / asked.length)
        : -1,
    );
    const queries = code.shareQueries(
      rows,
      union,
      cut(input.queryNoise ?? zeros(sizes.queryNoise), colluders),
    );
    const answers = ownQueries.flatMap((of, m) =>
      of.flatMap((query, place) => {
        const stored = zeros(union * shape.piece);
        if (included.includes(who)) addInto(stored, tables[place]);
        const mask = zeros(entries);
        if (makers.includes(who)) addInto(mask, masks[m][place]);
        return [...code.answer(query, stored, mask)];
      }),
    );
    // Of the other honest clients' shares, nothing.
    const held = honest.flatMap((n) =>
      coalition.flatMap((j) => {
        const shares = [tables[j], ...(makers.includes(n) ? masks.map((mask) => mask[j]) : []), queries[j]];
        return shares.flatMap((share) => [...(n === who ? share : zeros(share.length))]);
      }),
    );
    return [...answers, ...held];
  };

  const units = (who: number, kind: keyof typeof sizes) =>
    places(sizes[kind]).map((at) => see(who, { [kind]: unit(sizes[kind], at) }));
  const inputs = honest.flatMap((n) => [
    ...units(n, "table"),
    ...places(asked.length * union).map((wanted) => see(n, { wanted })),
  ]);
  const noise = honest.flatMap((n) => [
    ...(silent === "tables" ? [] : units(n, "tableNoise")),
    ...(silent === "masks" || !makers.includes(n) ? [] : units(n, "maskNoise")),
    ...(silent === "queries" ? [] : units(n, "queryNoise")),
  ]);
  const allowed = ownRows
    .flat()
    .flatMap((row) =>
      places(shape.width).map((k) =>
        honest.flatMap((n) => [
          ...(included.includes(n) ? unit(sizes.table, k * union + row) : new Uint32Array(sizes.table)),
          ...new Uint32Array(asked.length * union),
        ]),
      ),
    );
  const view = {
    inputs: transposed(inputs, inputs[0].length),
    noise: transposed(noise, inputs[0].length),
  };
  return leakedDimensions(gf(P31), view, allowed.length > 0 ? allowed : [Array(inputs.length).fill(0)]);
}

/** By coalition of so many. */
function leaksOf(setting: Setting, size: number): number[] {
  return subsets(places(setting.clients), size).map((coalition) => leaked(setting, coalition));
}

const small: Setting = { clients: 5, colluders: 1, width: 1, union: 3, asked: [1] };
const settings: Setting[] = [
  small,
  // Parts of two symbols, several queries, one of them twice.
  { clients: 5, colluders: 1, width: 2, union: 3, asked: [0, 2, 0] },
  { clients: 5, colluders: 1, parts: 1, width: 1, union: 3, asked: [1] },
  // More answers than are needed, and two makers to spare.
  { clients: 6, colluders: 1, dropouts: 1, width: 1, union: 3, asked: [1], makers: [0, 1, 2] },
  // Tables that were shared but not included.
  { ...small, included: [0, 1, 3] },
  { clients: 7, colluders: 2, width: 1, union: 3, asked: [1] },
];

test.each(settings)(
  "no coalition of T or fewer learns more than the rows that it asks for: %j",
  (setting) => {
    for (let size = 0; size <= setting.colluders; size++) {
      const leaks = leaksOf(setting, size);
      expect(leaks).toEqual(leaks.map(() => 0));
    }
  },
);

test.each([small, settings[2]])("one colluder more learns more: %j", (setting) => {
  expect(Math.max(...leaksOf(setting, setting.colluders + 1))).toBeGreaterThan(0);
});

describe("the proof notices", () => {
  const leaks = (change: Partial<Setting>) => leaksOf({ ...small, ...change }, 1);

  test("answers without masks: two dimensions of rows that nobody asked for", () => {
    expect(leaks({ silent: "masks" })).toEqual(Array(5).fill(2));
    expect(leaks({ makers: [] })).toEqual(Array(5).fill(2));
  });

  test("masks that a colluder made all by itself", () => {
    expect(leaks({ makers: [3] })).toEqual([0, 0, 0, 2, 0]);
  });

  test("tables, or queries, without noise", () => {
    for (const leak of leaks({ silent: "tables" })) expect(leak).toBeGreaterThan(0);
    // At the last place a query happens to be its noise: the factors of the data pieces, which are equal, cancel.
    for (const leak of leaks({ silent: "queries" }).slice(0, 4)) expect(leak).toBeGreaterThan(0);
  });

  test("data points that are also clients' points", () => {
    const overlapping = gfSecEa(P31, shapeOf(small), [1, 2, 8]);
    const [first, second, ...others] = leaks({ code: overlapping });
    expect(Math.min(first, second)).toBeGreaterThan(0);
    expect(others).toEqual([0, 0, 0]);
    // The same construction, at points of their own.
    expect(leaks({ code: gfSecEa(P31, shapeOf(small)) })).toEqual(Array(5).fill(0));
  });
});
