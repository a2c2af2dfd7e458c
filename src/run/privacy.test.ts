/** Noise and its accounting through whole runs: simulated, over sockets, interrupted. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { epsilonOf, gaussianCurve } from "../privacy/renyi.ts";
import { completeRecipe, type RecipeInput } from "../recipe/index.ts";
import type { RunEvent, RunSummary } from "../records/events.ts";
import { prepare } from "./prepare.ts";
import { type RunOptions, run } from "./run.ts";
import { served, simulated } from "./testing/course.ts";

const root = mkdtempSync(join(tmpdir(), "coterie-privacy-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const NOISE = 3;
const CLIP = 0.5;
const baseFolder = resolve("recipes/data");

const irises = (change: Partial<RecipeInput> = {}) =>
  completeRecipe({
    ...{ name: "noisy", task: "tabular-logistic", data: { csv: "iris.csv", label: "species" } },
    ...{ clients: 8, rounds: 4, deadline: 20, aggregator: { weights: "uniform" } },
    local: { epochs: 5, batch: 8, optimizer: { kind: "sgd", rate: 0.1 } },
    protocol: { kind: "swiftagg-plus", colluders: 2, dropouts: 1 },
    privacy: { kind: "distributed-skellam", clip: CLIP, noise: NOISE },
    ...change,
  });

/** Epsilon after so many sums, up to what whole steps add. */
const epsilonAfter = (releases: number) =>
  expect.closeTo(epsilonOf(gaussianCurve(NOISE), { releases, delta: 1e-5 }), 3);

async function runTo(options: RunOptions, recipe = irises(), stopAfter = Number.POSITIVE_INFINITY) {
  const stop = new AbortController();
  const events: RunEvent[] = [];
  for await (const event of run(recipe, { ...options, baseFolder, workers: 1, signal: stop.signal })) {
    events.push(event);
    if (event.kind === "round-finished" && event.round >= stopAfter) stop.abort();
  }
  return events;
}

const epsilons = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.kind === "round-finished" ? [event.figures!.epsilon] : []));

test("epsilon grows from round to round, and summary and report tell it", async () => {
  const folder = join(root, "whole");
  const events = await runTo({ folder });
  expect(epsilons(events)).toEqual([1, 2, 3, 4].map(epsilonAfter));
  const { summary } = events.at(-1) as RunEvent & { summary: RunSummary };
  expect(summary.privacy).toMatchObject({ unit: "client", epsilon: epsilonAfter(4), delta: 1e-5 });
  expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("it and up to 2 clients pool");
});

test("a run that is interrupted pays for what it repeats", async () => {
  const folder = join(root, "interrupted");
  const recipe = irises({ checkpoint: { every: 2 } });
  await runTo({ folder }, recipe, 3);
  await runTo({ folder, resume: true }, recipe, 3);
  const events = await runTo({ folder, resume: true }, recipe);
  // Round 3 three times; and two attempts of which the interruptions may have left no trace.
  expect(epsilons(events).slice(-2)).toEqual([7, 8].map(epsilonAfter));
});

test("a run that is killed without warning pays for all that it may have shown", async () => {
  const recipe = { ...irises(), rounds: 12, checkpoint: { every: 40 } };
  const events = await runTo({ folder: join(root, "undisturbed") }, recipe);
  const absolute = { ...recipe, data: { csv: resolve(baseFolder, "iris.csv"), label: "species" } };
  const script = fileURLToPath(new URL("./testing/run-and-die.ts", import.meta.url));
  const seen = Math.floor(events.length / 2);
  const folder = join(root, "killed");
  const child = spawn(process.execPath, [script, folder, `events=${seen}`, JSON.stringify(absolute)]);
  const [, signal] = await once(child, "close");
  expect(signal).toBe("SIGKILL");
  const started = events.slice(0, seen).filter(({ kind }) => kind === "round-started").length;
  expect(started).toBeGreaterThan(3);
  const [first] = epsilons(await runTo({ folder, resume: true }, completeRecipe(absolute), 1));
  // Those that had begun, one for good measure, and the first round again; at most one more was on its way.
  expect([started + 2, started + 3].map(epsilonAfter)).toContainEqual(first);
});

test.each<NonNullable<RecipeInput["protocol"]>>([
  { kind: "swiftagg-plus", colluders: 2, dropouts: 1 },
  { kind: "lightsecagg", colluders: 2, dropouts: 1 },
  { kind: "secagg-plus", corruptFraction: 0.25, dropoutFraction: 0.13 },
])("$kind: clients add noise in simulations and over sockets alike", async (protocol) => {
  const run = (noise: number) =>
    prepare(
      irises({ protocol, rounds: 1, privacy: { kind: "distributed-skellam", clip: CLIP, noise } }),
      baseFolder,
    );
  const quiet = await run(1e-7);
  const { model: expected } = await simulated(quiet);
  const near = await served(quiet);
  const largest = (model: Float32Array) =>
    Math.max(...model.map((value, i) => Math.abs(value - expected[i])));
  expect(largest(near.model)).toBeLessThan(1e-5);
  expect(near.refused).toEqual([]);
  const noisy = await run(NOISE);
  // Five honest clients in every sum have z C between them; all eight have added a share.
  const deviation = (NOISE * CLIP * Math.sqrt(8 / 5)) / 8;
  for (const { model } of [await simulated(noisy), await served(noisy)]) {
    const squares = model.reduce((sum, value, i) => sum + (value - expected[i]) ** 2, 0);
    expect(Math.sqrt(squares / model.length)).toBeGreaterThan(deviation / 4);
    expect(Math.sqrt(squares / model.length)).toBeLessThan(3 * deviation);
  }
});
