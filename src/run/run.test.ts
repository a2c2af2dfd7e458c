import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { importSafetensors } from "../learn/export-safetensors.ts";
import { layoutOf } from "../learn/parameters.ts";
import { findTask } from "../learn/tasks/registry.ts";
import { completeRecipe, type RecipeInput } from "../recipe/index.ts";
import type { RunEvent, RunSummary } from "../records/events.ts";
import { openSqliteStore } from "../records/node/index.ts";
import { type RunOptions, run } from "./run.ts";

const root = mkdtempSync(join(tmpdir(), "coterie-run-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const small: RecipeInput = {
  name: "small",
  task: "mnist-mlp",
  data: { dataset: "mnist", train: 3000, test: 1000 },
  clients: 8,
  partition: { kind: "dirichlet", alpha: 0.5 },
  rounds: 3,
  local: { epochs: 1, batch: 32, optimizer: { kind: "sgd", rate: 0.2 } },
  network: { compute: { kind: "shifted-exponential", examplesPerSecond: 100, alpha: 1 }, dropout: 0.1 },
  deadline: 10,
};

async function complete(recipe: RecipeInput, options: RunOptions): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of run(completeRecipe(recipe), options)) events.push(event);
  return events;
}

function summaryOf(events: readonly RunEvent[]): RunSummary {
  const last = events.at(-1);
  if (last?.kind !== "run-finished") throw new Error(`The run ended with ${last?.kind}.`);
  return last.summary;
}

test("one and two workers give identical results and identical model files", async () => {
  const one = summaryOf(await complete(small, { folder: join(root, "one"), workers: 1 }));
  const two = summaryOf(await complete(small, { folder: join(root, "two"), workers: 2 }));
  expect(two.final).toEqual(one.final);
  expect(one.final.accuracy).toBeGreaterThan(0.5);
  for (const file of ["model.safetensors", "model.onnx"]) {
    expect(readFileSync(join(root, "two", file)).equals(readFileSync(join(root, "one", file)))).toBe(true);
  }
  const withoutWallTime = ({ rounds }: RunSummary) => rounds.map(({ wallSeconds: _, ...round }) => round);
  expect(withoutWallTime(two)).toEqual(withoutWallTime(one));
});

test("a run leaves its log, its recipe, its model in open formats and a report", async () => {
  const folder = join(root, "files");
  const events = await complete(small, { folder });
  expect(readdirSync(folder).sort()).toEqual(
    expect.arrayContaining([
      "checkpoints",
      "events.sqlite",
      "model.onnx",
      "model.safetensors",
      "recipe.yaml",
      "report.html",
      "summary.json",
    ]),
  );
  const summary = summaryOf(events);
  expect(JSON.parse(readFileSync(join(folder, "summary.json"), "utf8"))).toEqual(summary);
  expect(summary.final.onnxAccuracy).toBe(summary.final.accuracy);
  await using store = openSqliteStore(join(folder, "events.sqlite"), { readOnly: true });
  expect(await store.readAll()).toEqual(JSON.parse(JSON.stringify(events)));
  const layout = layoutOf(findTask("mnist-mlp").task, { shape: [1, 28, 28], classes: 10 });
  const { parameters } = importSafetensors(layout, readFileSync(join(folder, "model.safetensors")));
  expect(parameters).toHaveLength(summary.parameters);
});

test("bytes on the wire are at least four per parameter and direction, and little more", async () => {
  const summary = summaryOf(
    await complete({ ...small, network: null, deadline: null }, { folder: join(root, "bytes") }),
  );
  for (const round of summary.rounds) {
    const floor = 4 * summary.parameters * round.selected;
    for (const bytes of [round.uplinkBytes, round.downlinkBytes]) {
      expect(bytes).toBeGreaterThan(floor);
      expect(bytes).toBeLessThan(1.01 * floor);
    }
  }
});

test("training that diverges stops the run and names round, client and the last good checkpoint", async () => {
  const folder = join(root, "diverged");
  // The first rounds stay finite; the weights' growth then overflows.
  const recipe: RecipeInput = {
    ...small,
    task: "mnist-mlp",
    rounds: 40,
    local: { optimizer: { kind: "sgd", rate: 0.2, decay: 11 } },
    network: null,
    deadline: null,
  };
  await expect(complete(recipe, { folder })).rejects.toThrow(
    /^Training diverged in round (\d+): the (loss of client-\d+|loss on the held-out set|server's model) (became (NaN|Infinity)|is no longer finite)\..*(last good checkpoint is that of round \d+ in|It was the first round)/i,
  );
  await using store = openSqliteStore(join(folder, "events.sqlite"), { readOnly: true });
  expect((await store.readAll()).at(-1)).toMatchObject({ kind: "run-failed", code: "run.diverged" });
});

test("a run that diverges before its first checkpoint does not promise one", async () => {
  const recipe: RecipeInput = {
    ...small,
    rounds: 40,
    local: { optimizer: { kind: "sgd", rate: 0.2, decay: 11 } },
    checkpoint: { every: 40 },
    network: null,
    deadline: null,
  };
  await expect(complete(recipe, { folder: join(root, "never-saved") })).rejects.toThrow(
    /There is no checkpoint yet(: it was the first round)?\.$/,
  );
});

test("a run that was killed before its report gets it on resume", async () => {
  const folder = join(root, "unpublished");
  const recipe = { ...small, rounds: 1 };
  const summary = summaryOf(await complete(recipe, { folder }));
  for (const file of ["summary.json", "report.html"]) rmSync(join(folder, file));
  await complete(recipe, { folder, resume: true });
  expect(JSON.parse(readFileSync(join(folder, "summary.json"), "utf8"))).toEqual(summary);
  expect(existsSync(join(folder, "report.html"))).toBe(true);
});

test("a run whose export fails says so and is finished by a resume", async () => {
  const folder = join(root, "blocked");
  const recipe = { ...small, rounds: 1 };
  mkdirSync(join(folder, "model.onnx", "in the way"), { recursive: true });
  await expect(complete(recipe, { folder })).rejects.toThrow(/^The run failed after its last round: /);
  rmSync(join(folder, "model.onnx"), { recursive: true });
  expect(summaryOf(await complete(recipe, { folder, resume: true })).rounds).toHaveLength(1);
});

test("checkpoints without a log are not taken for the new run's, and a reader may stop at any event", async () => {
  const folder = join(root, "stale");
  const recipe = { ...small, rounds: 2 };
  const first = summaryOf(await complete(recipe, { folder }));
  rmSync(join(folder, "events.sqlite"));
  for await (const event of run(completeRecipe(recipe), { folder })) {
    expect(event.kind).toBe("run-started");
    expect(readdirSync(join(folder, "checkpoints"))).toEqual([]);
    break;
  }
  expect(summaryOf(await complete(recipe, { folder, resume: true })).final).toEqual(first.final);
});

test("a run is not resumed on other data", async () => {
  const csv = join(root, "grows.csv");
  const rows = Array.from({ length: 40 }, (_, i) => `${i},${i % 7},${i % 2 === 0 ? "even" : "odd"}`);
  const write = (count: number) => writeFileSync(csv, ["x,y,label", ...rows.slice(0, count)].join("\n"));
  const folder = join(root, "grown");
  const recipe: RecipeInput = {
    name: "grown",
    task: "tabular-logistic",
    data: { csv, label: "label" },
    clients: 2,
    partition: { kind: "iid" },
    rounds: 2,
    local: { batch: 4 },
  };
  write(30);
  for await (const event of run(completeRecipe(recipe), { folder })) {
    if (event.kind === "checkpoint") break;
  }
  write(40);
  await expect(complete(recipe, { folder, resume: true })).rejects.toMatchObject({
    code: "run.data-changed",
  });
  write(30);
  expect(summaryOf(await complete(recipe, { folder, resume: true })).rounds).toHaveLength(2);
});

test("a task with a metric of its own is not checked by hits", async () => {
  const path = join(root, "lenient.ts");
  const door = fileURLToPath(new URL("../learn/index.ts", import.meta.url));
  writeFileSync(
    path,
    `import { defineTask, np } from ${JSON.stringify(door)};
     export default defineTask({
       name: "lenient",
       init: (_key, { shape, classes }) => ({ w: np.zeros([shape.reduce((n, k) => n * k, 1), classes]) }),
       predict: ({ w }, x) => np.matmul(x.reshape([x.shape[0], -1]), w),
       metric: (logits, _y) => np.sum(logits, 1).mul(0).add(0.25),
     });`,
  );
  const { final } = summaryOf(
    await complete({ ...small, task: path, rounds: 1 }, { folder: join(root, "lenient") }),
  );
  expect(final.accuracy).toBeCloseTo(0.25, 6);
  expect(final).not.toHaveProperty("onnxAccuracy");
});

test("wrong data leaves nothing behind", async () => {
  const csv = join(root, "wrong.csv");
  writeFileSync(csv, "x,y,label\n1,2,a\n3,b\n");
  const folder = join(root, "never");
  const recipe: RecipeInput = {
    name: "wrong",
    task: "tabular-mlp",
    data: { csv, label: "label" },
    clients: 2,
    partition: { kind: "iid" },
    rounds: 1,
  };
  await expect(complete(recipe, { folder })).rejects.toThrow(/row has 2 cells/);
  expect(existsSync(folder)).toBe(false);
});

test("a folder with a run is neither overwritten nor resumed with another recipe", async () => {
  const folder = join(root, "taken");
  await complete({ ...small, rounds: 1 }, { folder });
  await expect(complete({ ...small, rounds: 1 }, { folder })).rejects.toThrow(/There is a run in .* already/);
  await expect(complete({ ...small, rounds: 2 }, { folder, resume: true })).rejects.toThrow(
    /rounds was 1 and is 2 now/,
  );
  const again = await complete({ ...small, rounds: 1 }, { folder, resume: true });
  expect(summaryOf(again).rounds).toHaveLength(1);
});

test("an aborted run ends quietly and can be resumed to the same result", async () => {
  const whole = summaryOf(await complete(small, { folder: join(root, "whole") }));
  const folder = join(root, "aborted");
  const controller = new AbortController();
  for await (const event of run(completeRecipe(small), { folder, signal: controller.signal })) {
    if (event.kind === "round-finished") controller.abort();
    expect(event.kind).not.toBe("run-finished");
  }
  const resumed = summaryOf(await complete(small, { folder, resume: true }));
  expect(resumed.final).toEqual(whole.final);
  expect(resumed.rounds.map(({ round }) => round)).toEqual([1, 2, 3]);
});
