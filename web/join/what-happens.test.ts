import { expect, test } from "vitest";
import type { DataPlan, FactsPlan, TablePlan } from "../../src/data/data-plan.ts";
import { factsOf, listed, neededColumns, neededData, protectionOf } from "./what-happens.ts";
import type { Offer } from "./worker-protocol.ts";

const table: TablePlan = {
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
    embeddings: null,
    data: table,
  },
  task: "tabular-mlp",
  work: { epochs: 2, batch: 16, optimizer: { kind: "sgd", rate: 0.1 } },
  corrected: false,
  hasTrial: false,
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

const facts: FactsPlan = {
  kind: "facts",
  entities: Array.from({ length: 1998 }, (_, i) => `e${i}`),
  relations: ["hypernym", "part of"],
  holdOut: true,
};

/** The same with models that stay on their devices. */
function personal(protocol: Offer["plan"]["protocol"]): Offer["plan"] {
  const embeddings = { parameter: "entities", columns: [0], labels: true };
  return { ...offer.plan, protocol, embeddings, data: facts };
}

test("where devices keep models of their own, no model comes and no update goes", () => {
  const secea = personal({ kind: "secea", colluders: 1, dropouts: 0, bound: 8 });
  const clear = personal({ kind: "embeddings", exchange: "mean" });
  const text = (plan: Offer["plan"]) => JSON.stringify(factsOf({ ...offer, plan }));
  for (const plan of [secea, clear, personal({ kind: "embeddings", exchange: "none" })]) {
    expect(text(plan)).toContain("every device keeps one of its own");
    expect(text(plan)).toContain("your device's own model, which you can download");
    expect(text(plan)).not.toMatch(/update|receives the model/);
  }
  expect(text(clear)).toContain("the numbers of its entities and their embeddings, in the clear");
  expect(text(clear)).toContain("about 1 MB each way in a round at most, 20 MB over all rounds");
  // How much that is follows from how many take part, which nobody knows beforehand.
  expect(text(secea)).not.toMatch(/\d MB/);
  expect(text(secea)).toContain("all in shares");
});

test("who sees what of a model that stays on its device", () => {
  const secea = protectionOf(personal({ kind: "secea", colluders: 1, dropouts: 0, bound: 8 }));
  expect(secea).toContain("nobody learns which entities you have");
  expect(secea).toContain("Up to 1 client together with the server can tell no more.");
  expect(secea).toContain("where only two have it, each learns the other's");
  const seen = "The server sees which entities you have, and their embeddings";
  expect(protectionOf(personal({ kind: "embeddings", exchange: "intersection" }))).toContain(seen);
  const alone = protectionOf(personal({ kind: "embeddings", exchange: "none" }));
  expect(alone).toBe("Nothing of your model leaves this device. The server sees how well it does.");
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
  expect(neededData(facts)).toContain("the columns head, relation and tail");
  expect(neededColumns(facts).map(([name]) => name)).toEqual(["head", "relation", "tail"]);
  expect(neededColumns(facts)[0][1]).toMatch(/e19 and 1,978 more$/);
  expect(neededColumns(facts)[1][1]).toBe("one of hypernym, part of");
  expect(listed(Array.from({ length: 2021 }, (_, i) => `c${i}`))).toMatch(/c19 and 2,001 more$/);
});

test("long names in lists are cut, between characters", () => {
  const letters = (count: number) => "𝔸".repeat(count);
  expect(listed([letters(60), letters(150), "c"])).toBe(`${letters(60)}, ${letters(59)}…, c`);
});
