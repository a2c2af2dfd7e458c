import { expect, test } from "vitest";
import { lightSecAggLoads } from "./counters.ts";

test("200 clients, 100 colluders, 60 dropouts: 6 d per client, 143.5 d at the server", () => {
  const d = 40_000;
  const loads = lightSecAggLoads({
    clients: 200,
    included: 140,
    symbols: d,
    colluders: 100,
    survivors: 140,
  });
  // Worked out by hand: shares of d / 40.
  expect((loads.offline + loads.upload + loads.recovery) / d).toBe(199 / 40 + 1 + 1 / 40);
  expect(loads.server / d).toBe(140 + 140 / 40);
  expect(loads.connections).toBe(200 * 99.5 + 200);
});

test("a share of what pieces do not divide is rounded up", () => {
  const round = { clients: 4, included: 3, symbols: 7, colluders: 1, survivors: 3 };
  expect(lightSecAggLoads(round)).toEqual({
    offline: 12,
    upload: 7,
    recovery: 4,
    server: 3 * 7 + 3 * 4,
    connections: 10,
  });
});
