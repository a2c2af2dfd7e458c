import { expect, test } from "vitest";
import { meanAggregator } from "../../aggregation/mean.ts";
import { SimulationRandom } from "../../numeric/random.ts";
import type { Message } from "../../runtime/message.ts";
import type { Cohort } from "../protocol.ts";
import { plain } from "./plain.ts";

function openRound(clients: string[], options: { minimum?: number; target?: number } = {}) {
  const half = plain({ aggregator: () => meanAggregator, weights: "examples" }).server();
  const { minimum = 1, target = clients.length } = options;
  half.open(cohortOf(clients, minimum, target));
  return half;
}

function cohortOf(clients: string[], minimum: number, target: number): Cohort {
  const random = SimulationRandom.fromSeed(1);
  const work = { epochs: 1, batch: 10, optimizer: { kind: "sgd" as const, rate: 0.5 } };
  const model = new Float32Array(2);
  return { round: 1, attempt: 1, clients, minimum, target, dimension: 2, model, work, random };
}

function update(values: number[], examples: unknown = 10): Message {
  const body = { attempt: 1, examples: examples as number, metrics: {} };
  return { kind: "update", round: 1, body, tensors: { update: Float32Array.from(values) } };
}

test("ends with the weighted mean when the last client has answered", () => {
  const half = openRound(["a", "b"]);
  expect(half.message("a", update([1, 1], 10))).toEqual({});
  const { result } = half.message("b", update([3, 5], 30));
  expect(result?.update).toEqual(Float32Array.of(2.5, 4));
  expect(result?.contributors).toEqual(["a", "b"]);
});

test.each([
  ["entries that are not finite", update([1, Number.NaN])],
  ["entries that are not finite", update([1, Number.POSITIVE_INFINITY])],
  ["3 entries where 2 were asked for", update([1, 2, 3])],
  ["fields are malformed", update([1, 2], 0)],
  ["fields are malformed", update([1, 2], -5)],
  ["fields are malformed", update([1, 2], 1.5)],
  ["fields are malformed", update([1, 2], "many")],
  ["no float32 vector", { ...update([1, 2]), tensors: { update: Int32Array.of(1, 2) } }],
  ["no float32 vector", { ...update([1, 2]), tensors: {} }],
])("rejects an update with %s, once, and goes on without it", (reason, message) => {
  const half = openRound(["a", "b"]);
  const { rejected } = half.message("a", message);
  expect(rejected).toMatchObject([{ client: "a", code: "update.invalid" }]);
  expect(rejected?.[0].reason).toContain(reason);
  expect(half.message("a", update([9, 9]))).toEqual({});
  expect(half.message("b", update([3, 5])).result?.contributors).toEqual(["b"]);
});

test("a metric of the task's own may lie outside [0, 1]", () => {
  const half = openRound(["a"]);
  const message = update([1, 2]);
  const { result } = half.message("a", { ...message, body: { ...message.body, metrics: { accuracy: -3 } } });
  expect(result?.metrics).toEqual({ accuracy: -3 });
});

test("a duplicate does not count twice", () => {
  const half = openRound(["a", "b"]);
  half.message("a", update([1, 1]));
  expect(half.message("a", update([1, 1]))).toEqual({});
  expect(half.message("b", update([3, 3])).result?.update).toEqual(Float32Array.of(2, 2));
});

test("the deadline closes with what is there, or aborts below the minimum", () => {
  const enough = openRound(["a", "b", "c"], { minimum: 1 });
  enough.message("a", update([1, 2]));
  expect(enough.deadline().result?.contributors).toEqual(["a"]);
  const few = openRound(["a", "b", "c"], { minimum: 2 });
  few.message("a", update([1, 2]));
  expect(few.deadline().abort).toMatchObject({ code: "round.too-few" });
});
