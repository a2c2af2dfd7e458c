import { expect, test } from "vitest";
import { SUM } from "../testing/contributions.ts";
import { assertPlannable, planFault } from "./plan.ts";

test.each([
  [4, { colluders: 1, dropouts: 1 }],
  [4, { colluders: 1, dropouts: 1, survivors: 2 }],
  [2, { colluders: 0, dropouts: 0 }],
  [200, { colluders: 100, dropouts: 60 }],
  [200, { colluders: 100, dropouts: 60, survivors: 101 }],
])("%i clients with %j can be planned", (clients, options) => {
  expect(() => assertPlannable({ ...options, sum: SUM }, clients)).not.toThrow();
});

test.each([
  [4, { colluders: 2, dropouts: 1 }, "4 clients less 1 dropouts are 3, fewer than colluders + 2 = 4"],
  [1, { colluders: 0, dropouts: 0 }, "1 clients less 0 dropouts are 1, fewer than colluders + 2 = 2"],
  [5, { colluders: 1, dropouts: 1, survivors: 1 }, "at most clients less dropouts, 4, not 1"],
  [5, { colluders: 1, dropouts: 1, survivors: 5 }, "at most clients less dropouts, 4, not 5"],
  [5, { colluders: 0.5, dropouts: 1 }, "must be whole numbers"],
  [5, { colluders: 1, dropouts: -1 }, "must be whole numbers"],
])("%i clients with %j cannot", (clients, options, why) => {
  const fault = planFault({ ...options, sum: SUM }, clients);
  expect(fault).toMatchObject({ code: "secure.parameters", message: expect.stringContaining(why) });
});

test("sums that the field has no room for cannot be planned", () => {
  const sum = { ...SUM, bound: 1e9 };
  expect(planFault({ colluders: 1, dropouts: 1, sum }, 4)?.code).toBe("secure.precision");
});
