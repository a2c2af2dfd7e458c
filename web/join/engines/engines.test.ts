/** Training in a real browser: in a module worker, under the policy that the servers set, from its own origin only. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type InlineConfig, preview } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Examples, size } from "../../../src/data/examples.ts";
import { loadMnist } from "../../../src/data/node/mnist.ts";
import { createBundleTrainer } from "../../../src/learn/bundle-trainer.ts";
import { createProgramBundle } from "../../../src/learn/create-program-bundle.ts";
import { onnxLoweredEngine } from "../../../src/learn/node/onnx-engine.ts";
import { initialParameters } from "../../../src/learn/parameters.ts";
import { decodeProgramBundle, encodeProgramBundle } from "../../../src/learn/program-bundle.ts";
import { findTask } from "../../../src/learn/tasks/registry.ts";
import type { EvaluateResult, TrainJob, TrainResult } from "../../../src/learn/training.ts";
import { encodeSafetensors } from "../../../src/runtime/wire/safetensors.ts";
import { launchChromium } from "../../../src/testing/chromium.ts";
import release from "../../vite.config.ts";

const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

let folder: string;
let config: InlineConfig;
let trained: TrainResult;
let evaluated: EvaluateResult;

/** The page as the real ones are built, in a folder of its own, with a bundle and examples beside it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-engines-"));
  const page = fileURLToPath(new URL("testing/page.html", import.meta.url));
  config = {
    ...release,
    configFile: false,
    root: join(page, ".."),
    logLevel: "error",
    build: { ...release.build, outDir: folder, rolldownOptions: { input: page } },
  };
  await build(config);

  const { task } = findTask("mnist-mlp");
  const examples = firstOf((await loadMnist(".")).test, 2000);
  const parameters = initialParameters(task, examples, 1);
  const job: TrainJob = {
    kind: "train",
    shard: 0,
    parameters,
    work: { epochs: 2, batch: 32, optimizer: { kind: "sgd", rate: 0.1 } },
    seed: 7,
  };
  const bundle = encodeProgramBundle(createProgramBundle({ task, spec: examples, work: job.work }));
  const tensors = { parameters, labels: examples.labels, features: examples.features };
  await writeFile(join(folder, "bundle.bin"), bundle);
  await writeFile(
    join(folder, "examples.bin"),
    encodeSafetensors(Object.entries(tensors).map(([name, data]) => ({ name, shape: [data.length], data }))),
  );
  await using trainer = createBundleTrainer({
    bundle: decodeProgramBundle(bundle),
    data: { examples },
    engine: onnxLoweredEngine,
  });
  trained = await trainer.run(job);
  evaluated = await trainer.run({ kind: "evaluate", parameters, on: 0 });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ["with threads", isolation],
  ["without isolation", {}],
])("a worker of the page trains as Node does (%s)", async (_, extra) => {
  const headers = { "Content-Security-Policy": policy, ...extra };
  const server = await preview({ ...config, preview: { host: "127.0.0.1", port: 0, headers } });
  const browser = await launchChromium();
  try {
    const { port } = server.httpServer.address() as { port: number };
    const origin = `http://127.0.0.1:${port}/`;
    const tab = await browser.newPage();
    const complaints: string[] = [];
    tab.on("console", (message) => complaints.push(message.text()));
    tab.on("pageerror", (error) => complaints.push(error.message));
    tab.on("request", (request) => {
      if (!request.url().startsWith(origin)) complaints.push(request.url());
    });
    await tab.goto(`${origin}page.html`);
    const answer = await tab.evaluate(() => window.answer!);
    expect(complaints).toEqual([]);
    expect(answer.isolated).toBe(extra === isolation);
    expect(answer.measurements).toEqual([
      { name: "wasm", secondsPerStep: expect.any(Number), secondsToStart: expect.any(Number) },
    ]);
    expect(answer.ticks).toBeGreaterThan(0);
    expect(answer.steps).toBe(trained.steps);
    expect(answer.loss).toBeCloseTo(trained.loss, 4);
    expect(answer.accuracy).toBeCloseTo(evaluated.accuracy, 3);
    expect(answer.update.length).toBe(trained.update.length);
    const apart = answer.update.reduce((most, x, i) => Math.max(most, Math.abs(x - trained.update[i])), 0);
    expect(apart).toBeLessThan(1e-4);
  } finally {
    await browser.close();
    await server.close();
  }
});

function firstOf(examples: Examples, count: number): Examples {
  const { features, labels, shape } = examples;
  return {
    ...examples,
    features: features.subarray(0, count * size(shape)),
    labels: labels.subarray(0, count),
  };
}
