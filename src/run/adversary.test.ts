import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { completeRecipe, type RecipeInput } from "../recipe/index.ts";
import { attackFiguresOf } from "../records/attack-figures.ts";
import type { RunEvent, RunSummary } from "../records/events.ts";
import { type RunOptions, run } from "./run.ts";

const root = mkdtempSync(join(tmpdir(), "coterie-adversary-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Synchronous SGD on real MNIST: a gradient a round from each of 11 clients. */
const gradients: RecipeInput = {
  name: "gradients",
  task: "mnist-softmax",
  data: { dataset: "mnist", train: 2200, test: 500 },
  clients: 11,
  rounds: 12,
  local: { steps: 1, batch: 50, optimizer: { kind: "sgd", rate: 0.5 } },
  evaluate: { every: 12 },
  checkpoint: { every: 4 },
};

let runs = 0;

async function complete(change: Partial<RecipeInput>, options: RunOptions = {}) {
  const folder = options.folder ?? join(root, String(++runs));
  const events: RunEvent[] = [];
  for await (const event of run(completeRecipe({ ...gradients, ...change }), { folder, ...options })) {
    events.push(event);
  }
  const last = events.at(-1);
  if (last?.kind !== "run-finished") throw new Error(`The run ended with ${last?.kind}.`);
  return { events, folder, summary: last.summary };
}

const lastFigures = ({ rounds }: RunSummary) => attackFiguresOf(rounds.at(-1)!)!;
const bytesOf = (folder: string) => readFileSync(join(folder, "model.safetensors"));

test("a quarter of inner-product attackers ruins the mean, and the median withstands it", async () => {
  const adversary = { kind: "inner-product", fraction: 0.25, epsilon: 10 } as const;
  const { summary: honest } = await complete({});
  const { summary: ruined } = await complete({ adversary });
  const { summary: defended } = await complete({ adversary, aggregator: { kind: "median", byzantine: 3 } });
  expect(honest.final.accuracy).toBeGreaterThan(0.7);
  expect(ruined.final.accuracy).toBeLessThan(0.3);
  expect(defended.final.accuracy).toBeGreaterThan(honest.final.accuracy - 0.1);
});

test("the log says who was corrupted and left out, and the figures how right that was", async () => {
  const { events, summary } = await complete({
    rounds: 3,
    evaluate: { every: 3 },
    adversary: { kind: "sign-flip", fraction: 0.25, scale: 10, active: { from: 2 } },
    aggregator: { kind: "multi-krum", byzantine: 3 },
  });
  const corrupted = events.flatMap((event) => (event.kind === "run-started" ? (event.corrupted ?? []) : []));
  expect(corrupted.length).toBe(3);
  const excluded = events.flatMap((event) =>
    event.kind === "client-outcome" && event.round === 3 && event.excluded ? [event.client] : [],
  );
  expect(excluded).toEqual(expect.arrayContaining(corrupted));
  expect(summary.rounds.map((round) => attackFiguresOf(round)?.attack.active)).toEqual([false, true, true]);
  const { corrupted: theirs, honest } = lastFigures(summary).defence;
  expect(theirs).toEqual({ kept: 0, excluded: 3, rejected: 0, absent: 0 });
  expect(honest.kept + honest.excluded).toBe(8);
  expect(excluded.length).toBe(3 + honest.excluded);
  expect(summary.method).toMatchObject({
    ...{ adversary: "sign-flip", attackedRounds: 2, corruptedLeftOut: 1, corruptedAmongKept: 0 },
    honestLeftOut: honest.excluded / 8,
  });
});

test("vectors that are not finite are rejected before any rule, counted and shown", async () => {
  for (const value of ["nan", "infinity"] as const) {
    const { events, summary } = await complete({
      rounds: 2,
      adversary: { kind: "constant", fraction: 0.25, value },
      aggregator: { kind: "krum", byzantine: 2 },
    });
    expect(summary.rounds.map(({ rejected }) => rejected)).toEqual([3, 3]);
    expect(lastFigures(summary).defence.corrupted.rejected).toBe(3);
    const refused = events.filter((event) => event.kind === "refused");
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(["update.invalid"]));
    expect(summary.rounds[0].contributed).toBe(8);
  }
});

test("a rule that is given too few updates gives the attempt up, and says what it needs", async () => {
  const failing = complete({
    retries: 0,
    adversary: { kind: "constant", fraction: 0.3, value: "nan" },
    aggregator: { kind: "krum", byzantine: 4 },
  });
  await expect(failing).rejects.toThrow(
    "Only 8 of at least 11 clients contributed, which krum needs (n >= 2f + 3)",
  );
});

describe("same bits", () => {
  const attacked: Partial<RecipeInput> = {
    adversary: { kind: "min-max", fraction: 0.25 },
    aggregator: { kind: "centered-clip", byzantine: 3, radius: 0.1 },
    local: { ...gradients.local, workerMomentum: 0.9 },
    network: { compute: { kind: "shifted-exponential", examplesPerSecond: 100, alpha: 1 }, dropout: 0.1 },
    deadline: 10,
    rounds: 6,
  };

  test("for one and two workers, with all-seeing attackers, momentum, dropouts and a rule with a memory", async () => {
    const one = await complete(attacked, { workers: 1 });
    const two = await complete(attacked, { workers: 2 });
    expect(two.summary.final).toEqual(one.summary.final);
    expect(bytesOf(two.folder).equals(bytesOf(one.folder))).toBe(true);
  });

  test.each([
    [
      "an attack with a memory",
      { ...attacked, adversary: { kind: "mimic", fraction: 0.25, warmup: 3 } as const },
    ],
    [
      "a rule with a memory",
      { ...attacked, aggregator: { kind: "auror", byzantine: 3, threshold: 1e-3, rounds: 3 } as const },
    ],
  ])("after a stop and a resume, with %s", async (_, change) => {
    const whole = await complete(change);
    const folder = join(root, `resumed-${++runs}`);
    const stop = new AbortController();
    for await (const event of run(completeRecipe({ ...gradients, ...change }), {
      folder,
      signal: stop.signal,
    })) {
      if (event.kind === "checkpoint") stop.abort();
    }
    const resumed = await complete(change, { folder, resume: true });
    expect(resumed.summary.final).toEqual(whole.summary.final);
    expect(bytesOf(folder).equals(bytesOf(whole.folder))).toBe(true);
  });
});

test("FLTrust trains on the server's own examples and withstands a majority of attackers", async () => {
  const { summary } = await complete({
    adversary: { kind: "sign-flip", fraction: 0.6, scale: 5 },
    aggregator: { kind: "fltrust", examples: 100 },
    rounds: 20,
  });
  expect(summary.final.accuracy).toBeGreaterThan(0.7);
});

test("flipped labels hurt the classes that they flip", async () => {
  const { summary } = await complete({
    adversary: { kind: "label-flip", fraction: 0.45 },
    rounds: 20,
  });
  const { summary: honest } = await complete({ rounds: 20 });
  expect(summary.final.accuracy).toBeLessThan(honest.final.accuracy - 0.05);
});

test("a replaced model carries the backdoor, and bounded norms keep it out", async () => {
  const change: Partial<RecipeInput> = {
    task: "mnist-mlp",
    local: { epochs: 1, batch: 20, optimizer: { kind: "sgd", rate: 0.1 } },
    rounds: 5,
    adversary: { kind: "model-replacement", fraction: 0.1, trigger: { kind: "pattern" } },
  };
  const { summary } = await complete(change);
  expect(lastFigures(summary).attack.success).toBeGreaterThan(0.9);
  const { summary: bounded } = await complete({ ...change, aggregator: { kind: "norm-clip" } });
  expect(lastFigures(bounded).attack.success).toBeLessThan(0.5);
});

test("A Little Is Enough hides a backdoor", async () => {
  const { summary } = await complete({
    // In raw pixels the corner is always 0, and so are all honest gradients there: nothing can hide.
    task: "mnist-mlp-standardized",
    rounds: 60,
    evaluate: { every: 60 },
    server: { optimizer: { kind: "momentum", momentum: 0.9 } },
    local: { steps: 1, batch: 50, optimizer: { kind: "sgd", rate: 0.1 } },
    adversary: { kind: "alie-backdoor", fraction: 0.25, z: 1.5, steps: 20, batch: 64 },
  });
  expect(lastFigures(summary).attack.success).toBeGreaterThan(0.9);
  expect(summary.final.accuracy).toBeGreaterThan(0.6);
});
