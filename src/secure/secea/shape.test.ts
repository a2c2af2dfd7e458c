import { describe, expect, test } from "vitest";
import { InputError } from "../../errors.ts";
import { planShape, type SecEaOptions } from "./shape.ts";

const options = { colluders: 1, dropouts: 0, bound: 1 };
const fault = (clients: number, change: Partial<SecEaOptions>) => {
  try {
    planShape(clients, 16, { ...options, ...change });
  } catch (error) {
    if (error instanceof InputError) return { code: error.code, message: error.message };
    throw error;
  }
  return undefined;
};

test("parts are as many as the answers of all but D clients suffice for", () => {
  const plan = (clients: number, dropouts: number) => planShape(clients, 16, { ...options, dropouts });
  expect(plan(5, 0)).toMatchObject({ parts: 2, answers: 5, width: 17, piece: 9 });
  expect(plan(6, 0)).toMatchObject({ parts: 2, answers: 5 });
  expect(plan(6, 1)).toMatchObject({ parts: 2, answers: 5 });
  expect(plan(7, 0)).toMatchObject({ parts: 3, answers: 7, piece: 6 });
  expect(plan(4, 1)).toMatchObject({ parts: 1, answers: 3, piece: 17 });
  expect(planShape(20, 16, { ...options, parts: 4 })).toMatchObject({ parts: 4, answers: 9, piece: 5 });
});

test("for all small rounds, one part more would need more answers than there are", () => {
  for (let clients = 1; clients < 14; clients++) {
    for (let colluders = 0; colluders < 6; colluders++) {
      for (let dropouts = 0; dropouts < clients; dropouts++) {
        const sure = clients - dropouts;
        if (2 * colluders >= sure) {
          expect(fault(clients, { colluders, dropouts })?.code).toBe("secure.parameters");
        } else {
          const { parts, answers } = planShape(clients, 16, { ...options, colluders, dropouts });
          expect(answers).toBeLessThanOrEqual(sure);
          expect(answers + 2).toBeGreaterThan(sure);
          expect(fault(clients, { colluders, dropouts, parts: parts + 1 })?.code).toBe("secure.parameters");
        }
      }
    }
  }
});

describe("what cannot run is said", () => {
  test.each<[clients: number, change: Partial<SecEaOptions>, message: string]>([
    [4, { dropouts: 2 }, "4 clients less 2 dropouts are 2, fewer than 2 colluders + 1 = 3"],
    [9, { parts: 5 }, "parts must be a whole number from 1 to 4"],
    [9, { parts: 0 }, "parts must be a whole number from 1 to 4"],
    [9, { parts: 1.5 }, "not 1.5"],
    [9, { queries: 0 }, "queries must be a whole number of at least 1, not 0"],
    [9, { colluders: -1 }, "whole numbers of at least 0"],
    [9, { dropouts: 0.5 }, "whole numbers of at least 0"],
  ])("%d clients, %j", (clients, change, message) => {
    const said = fault(clients, change);
    expect(said?.code).toBe("secure.parameters");
    expect(said?.message).toContain(`SecEA cannot run: `);
    expect(said?.message).toContain(message);
  });

  test("a bound too large for sums", () => {
    expect(fault(9, { bound: 2 ** 30 })?.code).toBe("secure.precision");
  });
});
