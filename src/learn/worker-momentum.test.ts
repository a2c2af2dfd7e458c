import { expect, test } from "vitest";
import { WorkerMomentum } from "./worker-momentum.ts";

const vector = (value: number) => Float32Array.of(value);

test("a round that is repeated begins from what was before it", () => {
  const momentum = new WorkerMomentum(1);
  expect(momentum.before(1)).toBeUndefined();
  momentum.send(1, vector(1));
  momentum.send(2, vector(2));
  expect(momentum.before(2)).toEqual(vector(1));
  momentum.send(2, vector(20));
  expect(momentum.before(3)).toEqual(vector(20));
});

test("after the server has gone back to its checkpoint, so has the momentum", () => {
  const momentum = new WorkerMomentum(3);
  for (const round of [1, 2, 3, 4, 5]) momentum.send(round, vector(round));
  // The server's last checkpoint is that of round 3: it may repeat rounds 4 and 5.
  expect(momentum.before(4)).toEqual(vector(3));
  momentum.send(4, vector(40));
  expect(momentum.before(5)).toEqual(vector(40));
  expect(momentum.snapshot().map(({ round }) => round)).toEqual([3, 4]);
});

test("what no repetition can ask for is forgotten, and rounds without this client leave no gap", () => {
  const momentum = new WorkerMomentum(2);
  for (const round of [1, 2, 3, 7, 8]) momentum.send(round, vector(round));
  expect(momentum.snapshot().map(({ round }) => round)).toEqual([3, 7, 8]);
  expect(momentum.before(7)).toEqual(vector(3));
});

test("goes on from a snapshot", () => {
  const momentum = new WorkerMomentum(1);
  momentum.send(4, vector(4));
  const other = new WorkerMomentum(1);
  other.restore(structuredClone(momentum.snapshot()));
  expect(other.before(5)).toEqual(vector(4));
});
