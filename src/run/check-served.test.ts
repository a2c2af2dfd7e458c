import { expect, test } from "vitest";
import { completeRecipe, type RecipeInput } from "../recipe/index.ts";
import { checkEmbeddings } from "./check-served.ts";
import { dealShards, prepareModel } from "./prepare.ts";
import { receptionLimits } from "./reception-limits.ts";
import { dealer } from "./serve.ts";
import { words } from "./testing/words.ts";

const prepared = (change: Partial<RecipeInput>) => prepareModel(completeRecipe({ ...words, ...change }), ".");
const secea = { kind: "secea", colluders: 0, dropouts: 0 } as const;
const MIB = 2 ** 20;

test("clients may send what the protocol needs, and little more", async () => {
  const [plain, some, all] = await Promise.all([
    prepared({}),
    prepared({ protocol: { ...secea, queries: 500 } }),
    prepared({ protocol: secea }),
  ]);
  for (const run of [plain, some, all]) expect(() => checkEmbeddings(run)).not.toThrow();
  expect(receptionLimits(plain).maxMessageBytes).toBe(MIB + 8 * plain.initial.length);
  // Masks for the answers to 256 clients take more than queries for each of 1,998 entities.
  expect(receptionLimits(some).maxMessageBytes).toBe(MIB + 4 * 500 * 256 * 33);
  expect(receptionLimits(all).maxMessageBytes).toBe(MIB + 4 * 1998 * 256 * 33);
});

test("runs whose clients would have to send too much, or have no facts, are refused", async () => {
  const run = await prepared({ protocol: secea });
  const [entities, relations] = run.layout.slices;
  const huge = {
    ...run,
    layout: { ...run.layout, slices: [{ ...entities, shape: [100_000, 32] }, relations] },
  };
  expect(() => checkEmbeddings(huge)).toThrow(
    expect.objectContaining({
      code: "protocol.queries",
      message: expect.stringMatching(
        /^With 100000 entities and protocol\.queries absent, .* at most 1\.07 GB are sent/,
      ),
    }),
  );
  const { relations: _, ...table } = run.dataset;
  expect(() => checkEmbeddings({ ...run, dataset: table })).toThrow(
    expect.objectContaining({ name: "InputError", code: "serve.facts" }),
  );
  const { embeddings: __, ...task } = run.task;
  expect(() => checkEmbeddings({ ...run, task })).toThrow(
    expect.objectContaining({ code: "task.embeddings" }),
  );
});

test("more entities are not dealt out than a client may ask for", async () => {
  const run = await prepared({ protocol: { ...secea, queries: 100 } });
  expect(() => dealer(run, dealShards(run))).toThrow(
    expect.objectContaining({
      code: "protocol.queries",
      message: expect.stringContaining("set it to at least"),
    }),
  );
});

test("what is dealt out goes round, with what models are measured on", async () => {
  const run = await prepared({});
  const deal = dealer(run, dealShards(run));
  expect(deal(5)).toEqual(deal(1));
  expect(deal(0)).not.toEqual(deal(1));
  expect(deal(0).heldOut!.labels.length).toBeGreaterThan(0);
});
