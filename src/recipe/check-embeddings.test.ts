import { expect, test } from "vitest";
import { CoterieError } from "../errors.ts";
import { completeRecipe } from "./index.ts";
import type { RecipeInput } from "./schema.ts";

const base: RecipeInput = {
  name: "words",
  task: "wordnet-distmult",
  data: { dataset: "wordnet" },
  clients: 6,
  partition: { kind: "owners" },
  rounds: 2,
  local: { epochs: 1, batch: 256, optimizer: { kind: "adam", rate: 0.01 } },
};
const secEa = { kind: "secea", colluders: 1, dropouts: 1 } as const;

function sentence(change: Partial<RecipeInput>): string {
  try {
    completeRecipe({ ...base, ...change });
  } catch (error) {
    if (error instanceof CoterieError) return error.message;
    throw error;
  }
  return "";
}

test.each<Partial<RecipeInput>>([
  { protocol: { kind: "embeddings" } },
  { protocol: { kind: "embeddings", exchange: "none" }, select: { fraction: 0.5 } },
  { protocol: secEa },
])("%j can be", (change) => {
  expect(sentence(change)).toBe("");
});

test.each<[Partial<RecipeInput>, RegExp]>([
  [{ aggregator: { kind: "median", byzantine: 1 } }, /nothing for median to combine/],
  [{ server: { optimizer: { kind: "momentum" } } }, /no model that it could step; remove server.optimizer/],
  [{ server: { optimizer: { kind: "average", rate: 0.5 } } }, /no model that it could step/],
  [{ adversary: { kind: "sign-flip", fraction: 0.2 } }, /attacks are on updates.*set adversary to null/],
  [{ evaluate: { every: 2 } }, /measure their own models in every round/],
  [{ evaluate: { clients: true } }, /measure their own models in every round/],
  [{ local: { ...base.local, workerMomentum: 0.9 } }, /set local.workerMomentum to 0/],
  [{ local: { ...base.local, proximal: 0.1 } }, /each has its own; set it to 0/],
  [
    { protocol: { kind: "embeddings" }, select: { fraction: 0.5, over: 1.5 } },
    /waits for all who are asked; set select.over to 1/,
  ],
  [{ select: { fraction: 0.5 } }, /set select.fraction to 1/],
  [{ protocol: { ...secEa, dropouts: 4 } }, /do not leave two to hide each other; ask at least 7/],
  [{ protocol: { ...secEa, colluders: 3, dropouts: 0 } }, /fewer than 2 colluders \+ 1 = 7/],
  [{ protocol: { ...secEa, parts: 5 } }, /parts must be a whole number from 1 to 2/],
  [{ privacy: { kind: "distributed-skellam", clip: 1, noise: 1 } }, /set protocol.kind to swiftagg-plus/],
])("%j cannot be, in one sentence", (change, words) => {
  expect(sentence({ protocol: secEa, ...change })).toMatch(words);
});

test.each([
  ["mnist-mlp", "wordnet", /learns from pictures, but data is facts; use wordnet-distmult/],
  ["wordnet-distmult", "mnist", /learns from facts, but data is pictures; set data.dataset to wordnet/],
] as const)("%s does not suit %s", (task, dataset, words) => {
  expect(sentence({ task, data: { dataset }, partition: { kind: "iid" } })).toMatch(words);
});

test("a partition by owners needs owners", () => {
  expect(sentence({ task: "mnist-mlp", data: { dataset: "mnist" } })).toMatch(/a partition by owners needs/);
});
