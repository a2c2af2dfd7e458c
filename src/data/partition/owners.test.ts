import { expect, test } from "vitest";
import { InputError } from "../../errors.ts";
import { heldOutByOwner } from "./held-out.ts";
import { dealOwners } from "./owners.ts";

const rowsOf = (sizes: Record<string, number>) =>
  Object.entries(sizes).flatMap(([owner, rows]) => new Array<string>(rows).fill(owner));

test("owners stay whole, the largest first to whom has fewest", () => {
  const owners = rowsOf({ a: 5, b: 9, c: 4, d: 4, e: 1 });
  const clients = dealOwners(owners, 2);
  const of = new Map(owners.map((owner, row) => [owner, clients[row]]));
  // b 9 | a 5, c 4 | then d 4 to the first of the two with nine rows, e to the other.
  expect(Object.fromEntries(of)).toEqual({ b: 0, a: 1, c: 1, d: 0, e: 1 });
  owners.forEach((owner, row) => {
    expect(clients[row]).toBe(of.get(owner));
  });
});

test("every client gets an owner when there are just enough", () => {
  expect([...dealOwners(["x", "y", "z", "x"], 3)]).toEqual([0, 1, 2, 0]);
});

test("too few owners, or none, are refused", () => {
  expect(() => dealOwners(["x", "x"], 2)).toThrow(/belong to 1 owners, too few for 2 clients/);
  expect(() => dealOwners(undefined, 1)).toThrow(InputError);
});

test("held-out rows follow their owners", () => {
  const owners = ["a", "b", "c", "a"];
  const shards = [Int32Array.of(0, 3, 2), Int32Array.of(1)];
  const held = heldOutByOwner({ owners, testOwners: ["b", "a", "d", "c", "a"] }, shards)!;
  expect(held.map((rows) => [...rows])).toEqual([[1, 3, 4], [0]]);
  expect(heldOutByOwner({ owners }, shards)).toBeUndefined();
});
