import { expect, test } from "vitest";
import type { DataPlan } from "../../src/data/data-plan.ts";
import { factsOf, listed, neededColumns, neededData, protectionOf } from "./what-happens.ts";
import type { Offer } from "./worker-protocol.ts";

const table: DataPlan = {
  kind: "table",
  label: "ill",
  classNames: ["no", "yes"],
  features: [
    { name: "age", kind: "number", mean: 50, deviation: 10 },
    { name: "sex", kind: "text", categories: ["f", "m"] },
  ],
};

const offer: Offer = {
  plan: {
    ...{ version: 1, run: "run-1", recipe: "clinic", rounds: 20, checkpointEvery: 1, deadline: 30 },
    ...{ seed: 1, dimension: 250_000 },
    protocol: { kind: "plain" },
    aggregator: { kind: "mean", weights: "examples" },
    privacy: null,
    data: table,
  },
  task: "tabular-mlp",
  work: { epochs: 2, batch: 16, optimizer: { kind: "sgd", rate: 0.1 } },
  corrected: false,
  trial: undefined,
};

test("what is sent is as large as the model, and twice that under SCAFFOLD", () => {
  const text = (offer: Offer) => JSON.stringify(factsOf(offer));
  expect(text(offer)).toContain("an update of the model (1 MB)");
  expect(text(offer)).toContain("up to 20 MB each way");
  expect(text({ ...offer, corrected: true })).toContain("and a control variate (2 MB)");
});

test("under secure sums nothing is told of examples, and noise is given with what it is worth", () => {
  const protocol: Offer["plan"]["protocol"] = {
    kind: "lightsecagg",
    ...{ colluders: 2, dropouts: 1, bound: 1, mostExamples: 100 },
  };
  const secure = { ...offer, plan: { ...offer.plan, protocol } };
  const text = JSON.stringify(factsOf(secure));
  expect(text).not.toContain("how many examples you have");
  expect(text).toContain("more than 20 MB each way");
  expect(protectionOf(secure.plan)).toContain("No noise is added");
  const privacy = { kind: "distributed-skellam", clip: 0.5, noise: 6.4, delta: 1e-5 } as const;
  expect(protectionOf({ ...secure.plan, rounds: 30, privacy })).toContain(
    "cuts its update to the norm 0.5 and adds noise to it, and others to theirs, 6.4 times that in all: epsilon is about 4 for delta 0.00001",
  );
});

test("a round that waits for everyone says so", () => {
  const facts = (deadline: number | null) =>
    Object.fromEntries(factsOf({ ...offer, plan: { ...offer.plan, deadline } }));
  expect(facts(30)["How long"]).toBe("20 rounds; each waits at most 30 s for those who are asked");
  expect(facts(null)["How long"]).toBe("20 rounds; each waits for everyone who is asked");
});

test("the data that a run needs", () => {
  const images = (shape: number[]): DataPlan => ({ kind: "images", shape, scale: 1, classNames: ["a"] });
  expect(neededData(table)).toContain("a column ill for the class and 2 columns of features");
  expect(neededData(images([3, 32, 24]))).toContain("made coloured, 32 × 24 pixels");
  expect(neededData(images([1, 28, 28]))).toContain("made grey");
  expect(neededData(images([784]))).toContain("Arrays of 784 bytes");
  expect(neededColumns(table)).toEqual([
    ["ill", "the class: no, yes"],
    ["age", "a number"],
    ["sex", "one of f, m"],
  ]);
  expect(listed(Array.from({ length: 2021 }, (_, i) => `c${i}`))).toMatch(/c19 and 2,001 more$/);
});
