/** The worker of the engines' test: trains on the bundle and the examples that the server has beside the page. */
import { createBundleTrainer } from "../../../../src/learn/bundle-trainer.ts";
import { chooseEngine, type EngineMeasurement } from "../../../../src/learn/probe.ts";
import { decodeProgramBundle } from "../../../../src/learn/program-bundle.ts";
import type { TrainJob } from "../../../../src/learn/training.ts";
import { decodeSafetensors } from "../../../../src/runtime/wire/safetensors.ts";
import { availableEngines } from "../engines.ts";

export interface Answer {
  readonly isolated: boolean;
  readonly measurements: readonly EngineMeasurement[];
  readonly update: number[];
  readonly steps: number;
  readonly loss: number;
  readonly accuracy: number;
  /** Timers that fired within a second of nothing but training. */
  readonly ticks: number;
}

const clock = {
  now: () => performance.now() / 1000,
  after: (seconds: number, wake: () => void) => {
    const timer = setTimeout(wake, 1000 * seconds);
    return () => clearTimeout(timer);
  },
};

async function fetched(name: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(new URL(`/${name}`, location.href))).arrayBuffer());
}

// Enough for the engine to use threads, wherever the test runs.
Object.defineProperty(navigator, "hardwareConcurrency", { value: 2 });

async function answer(): Promise<Answer> {
  const bundle = decodeProgramBundle(await fetched("bundle.bin"));
  const tensors = decodeSafetensors(await fetched("examples.bin")).tensors;
  const given = new Map(tensors.map(({ name, data }) => [name, data]));
  const engines = await availableEngines(bundle);
  const candidates = engines.map((engine) => ({
    name: engine.name,
    engine,
    open: () => engine.open(bundle.training),
  }));
  const { chosen, measurements } = await chooseEngine(candidates, { bundle, clock });
  const trainer = createBundleTrainer({
    bundle,
    data: {
      examples: {
        features: given.get("features") as Uint8Array,
        scale: 1 / 255,
        labels: given.get("labels") as Int32Array,
        ...bundle.data,
      },
    },
    engine: chosen.engine,
  });
  const parameters = given.get("parameters") as Float32Array;
  const job: TrainJob = { kind: "train", shard: 0, parameters, work: bundle.work, seed: 7 };
  const { update, steps, loss } = await trainer.run(job);

  let ticks = 0;
  const ticking = setInterval(() => ticks++, 1);
  // One job can be over before others have waited long enough for a turn.
  for (const end = clock.now() + 1; clock.now() < end; ) await trainer.run(job);
  clearInterval(ticking);
  const { accuracy } = await trainer.run({ kind: "evaluate", parameters, on: 0 });
  return {
    isolated: crossOriginIsolated,
    measurements,
    update: Array.from(update),
    steps,
    loss,
    accuracy,
    ticks,
  };
}

answer().then(postMessage, (error) => {
  // Thrown outside of the promise, so that the page hears of it.
  setTimeout(() => {
    throw error;
  });
});
