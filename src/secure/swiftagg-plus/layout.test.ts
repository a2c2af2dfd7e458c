import fc from "fast-check";
import { expect, test } from "vitest";
import { swiftAggPlusLoads } from "./counters.ts";
import {
  groupsInOrder,
  hopsOf,
  type Layout,
  lastGroup,
  membersOf,
  nextOf,
  planLayout,
  previousOf,
  seatOf,
  sendersOf,
} from "./layout.ts";
import { checkOptions, type SwiftAggPlusOptions } from "./options.ts";

const SUM = { bound: 1, weights: "uniform", mostExamples: 1 } as const;
const OPTIONS: SwiftAggPlusOptions = { colluders: 1, dropouts: 1, parts: 2, sum: SUM };

/** All pairs of participants that send to each other. */
function links(layout: Layout): Set<string> {
  const pairs = new Set<string>();
  for (let group = 0; group < layout.groups; group++) {
    for (const [j, member] of membersOf(layout, group).entries()) {
      for (const sender of sendersOf(layout, group)) {
        if (sender !== member) pairs.add([sender, member].sort((a, b) => a - b).join());
      }
      const next = nextOf(layout, group);
      if (next !== undefined) pairs.add([member, membersOf(layout, next)[j]].sort((a, b) => a - b).join());
    }
  }
  return pairs;
}

test("everyone has one seat, all sums end at the server, and connections are as counted", () => {
  const settings = fc.record({
    ...{ colluders: fc.integer({ min: 0, max: 4 }), dropouts: fc.integer({ min: 0, max: 4 }) },
    ...{ parts: fc.integer({ min: 1, max: 4 }), surplus: fc.integer({ min: 2, max: 60 }) },
    topology: fc.constantFrom("chain" as const, "tree" as const),
  });
  fc.assert(
    fc.property(settings, ({ surplus, ...options }) => {
      const { colluders, dropouts, parts } = options;
      const participants = parts + colluders + dropouts + surplus;
      const layout = planLayout(participants, { ...options, sum: SUM });
      const { groups, groupSize } = layout;
      expect(groups).toBe(Math.floor(participants / groupSize));
      const seated = groupsInOrder(layout).flatMap((group) => sendersOf(layout, group));
      expect(seated.sort((a, b) => a - b)).toEqual(Array.from({ length: participants }, (_, n) => n));
      const seen = new Set<number>();
      for (const group of groupsInOrder(layout)) {
        for (const previous of previousOf(layout, group)) {
          expect(seen).toContain(previous);
          expect(nextOf(layout, previous)).toBe(group);
        }
        seen.add(group);
        for (const [j, place] of membersOf(layout, group).entries()) {
          expect(seatOf(layout, place)).toEqual({ group, member: j });
        }
        for (const guest of sendersOf(layout, group).slice(groupSize)) {
          expect(seatOf(layout, guest)).toEqual({ group });
        }
      }
      let hops = 0;
      for (let group: number | undefined = groupsInOrder(layout)[0]; group !== undefined; hops++) {
        group = nextOf(layout, group);
      }
      expect(hops).toBe(hopsOf(layout));
      expect(groupsInOrder(layout).filter((group) => nextOf(layout, group) === undefined)).toEqual([
        lastGroup(layout),
      ]);
      expect(swiftAggPlusLoads(layout, 1).connections).toBe(links(layout).size + groupSize);
    }),
  );
});

test("with groups that fit, loads and connections are those of the paper's abstract", () => {
  for (const topology of ["chain", "tree"] as const) {
    for (const [participants, parts, colluders, dropouts] of [
      [8, 2, 1, 1],
      [60, 4, 3, 5],
      [200, 40, 100, 60],
    ]) {
      const layout = planLayout(participants, { ...OPTIONS, parts, colluders, dropouts, topology });
      const symbols = 1200 * parts;
      expect(swiftAggPlusLoads(layout, symbols)).toMatchObject({
        client: (1 + (colluders + dropouts) / parts) * symbols,
        server: (1 + colluders / parts) * symbols,
        connections: (participants / 2) * (parts + colluders + dropouts + 1),
      });
    }
  }
});

test("auto takes as many parts as there are clients for, in one group", () => {
  const auto = { ...OPTIONS, parts: "auto" as const };
  expect(planLayout(10, auto)).toMatchObject({ parts: 8, groups: 1, groupSize: 10, fewest: 9 });
  expect(planLayout(3, auto)).toMatchObject({ parts: 1, groups: 1, groupSize: 3, fewest: 3 });
});

test("auto takes the most parts that keep every client within its connections", () => {
  const setting = fc.record({
    participants: fc.integer({ min: 8, max: 120 }),
    connections: fc.integer({ min: 7, max: 40 }),
    topology: fc.constantFrom("chain" as const, "tree" as const),
  });
  fc.assert(
    fc.property(setting, ({ participants, ...limits }) => {
      const layout = planLayout(participants, { ...OPTIONS, parts: "auto", ...limits });
      const degrees = new Map<string, number>();
      for (const pair of links(layout)) {
        for (const place of pair.split(",")) degrees.set(place, (degrees.get(place) ?? 0) + 1);
      }
      expect(Math.max(...degrees.values())).toBeLessThanOrEqual(limits.connections);
    }),
  );
  expect(planLayout(100, { ...OPTIONS, parts: "auto", connections: 31 }).groupSize).toBeGreaterThan(20);
});

test.each([
  [3, { colluders: 2 }, "with 3 clients, 2 colluders and 1 dropouts, nobody is left to rely on"],
  [3, { colluders: 2, dropouts: 0, parts: "auto" }, "the colluders would know all but one"],
  [5, { parts: 4 }, "4 parts need groups of 6"],
  [9, { parts: "auto", connections: 2 }, "2 connections a client are too few"],
] as const)("%i clients with %o are refused", (participants, options, reason) => {
  expect(() => planLayout(participants, { ...OPTIONS, ...options })).toThrow(reason);
});

test("sums that would not fit the field are refused", () => {
  const sum = { ...SUM, bound: 2 ** 29 };
  expect(() => planLayout(8, { ...OPTIONS, sum })).toThrow("do not fit the field");
});

test.each([
  [{ colluders: -1 }, "colluders must be"],
  [{ dropouts: 0.5 }, "dropouts must be"],
  [{ parts: 0 }, "parts must be"],
  [{ connections: 0, parts: "auto" }, "connections must be"],
  [{ connections: 9 }, "connections only guide the choice of parts"],
] as const)("options %o are refused", (options, reason) => {
  expect(() => checkOptions({ ...OPTIONS, ...options })).toThrow(reason);
});
