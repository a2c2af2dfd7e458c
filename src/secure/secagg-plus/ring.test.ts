import { expect, test } from "vitest";
import { isConnected, neighboursOf } from "./ring.ts";

const plan = (clients: number, neighbours: number) => ({ clients, neighbours, threshold: 2 });

test.each([
  [7, 4],
  [6, 4],
  [9, 2],
  [5, 4],
  [4, 3],
])("%i clients with %i neighbours each, mutually", (clients, neighbours) => {
  for (let place = 0; place < clients; place++) {
    const around = neighboursOf(place, plan(clients, neighbours));
    expect(new Set(around).size).toBe(neighbours);
    expect(around).not.toContain(place);
    expect(around).toEqual(around.toSorted((a, b) => a - b));
    for (const other of around) expect(neighboursOf(other, plan(clients, neighbours))).toContain(place);
  }
});

test("neighbours are the nearest on the ring", () => {
  expect(neighboursOf(0, plan(7, 4))).toEqual([1, 2, 5, 6]);
  expect(neighboursOf(3, plan(7, 4))).toEqual([1, 2, 4, 5]);
});

test("a ring falls apart where k / 2 in a row are missing, twice", () => {
  const ring = plan(10, 4);
  expect(isConnected(new Set([0, 1, 2, 5, 6, 7, 8, 9]), ring)).toBe(true);
  expect(isConnected(new Set([0, 1, 2, 5, 7, 8, 9]), ring)).toBe(true);
  expect(isConnected(new Set([0, 1, 2, 5, 6, 7]), ring)).toBe(false);
  expect(isConnected(new Set([0, 5]), plan(10, 9))).toBe(true);
});
