/**
 * One local SGD step on one thread, batch 32: ours on ONNX Runtime against PyTorch on the same machine, and
 * against jax-js on WebAssembly. The models are the shipped tasks `mnist-mlp-large` (784-256-128-10) and
 * `mnist-cnn` (two 5x5 convolutions of 8 and 16 filters, 2x2 max pooling, one dense layer).
 */
import { size } from "../src/data/examples.ts";
import type { Engine, Program, TensorData } from "../src/learn/engine.ts";
import { jaxEngine } from "../src/learn/engines/jax-engine.ts";
import { trainingProgram } from "../src/learn/local-program.ts";
import { onnxEngine } from "../src/learn/node/index.ts";
import { findTask } from "../src/learn/tasks/registry.ts";
import { type BenchOptions, type BenchResult, type BenchRow, machine, takeTurns } from "./harness.ts";
import { openTorch } from "./peers/step-torch.ts";

const BATCH = 32;
/** Batches that go into one call of the loop: state and parameters return to JavaScript once per call. */
const PER_CALL = 8;

const models = [
  { name: "mlp", task: "mnist-mlp-large", shape: [784], steps: 64, slowSteps: 16 },
  { name: "cnn", task: "mnist-cnn", shape: [1, 28, 28], steps: 16, slowSteps: 1 },
] as const;

/** Milliseconds per step, mean over `steps` consecutive steps. */
type Stepper = (steps: number) => Promise<number>;

export default async function step(options: BenchOptions = {}): Promise<BenchResult> {
  const rounds = options.quick ? 5 : 21;
  const slowRounds = options.quick ? 2 : 5;
  const rows: BenchRow[] = [];
  await using torch = await openTorch();
  for (const { name, task, shape, steps, slowSteps } of models) {
    const program = trainingProgram(
      findTask(task).task,
      { shape, classes: 10 },
      {
        batch: BATCH,
        optimizer: { kind: "sgd", rate: 0.1 },
      },
    );
    const ours = await stepper(onnxEngine, program, PER_CALL);
    const torchPeer = torch && ((n: number) => torch.measure(name, n));
    const torchName = `PyTorch ${torch?.version}`;
    rows.push(await compare(`${name} vs PyTorch`, ours, torchPeer, torchName, steps, steps, rounds));
    const single = await stepper(onnxEngine, program, 1);
    const singleName = `${name}, one step per call, vs PyTorch`;
    rows.push(await compare(singleName, single, torchPeer, torchName, steps, steps, rounds));
    const jax = await stepper(jaxEngine, program, 1);
    rows.push(
      await compare(`${name} vs jax-js`, ours, jax, "jax-js on WebAssembly", steps, slowSteps, slowRounds),
    );
    for (const row of rows.slice(-3)) options.log?.(`${row.case}: ${row.ours.toPrecision(4)} ${row.unit}`);
  }
  return { bench: "step", machine: machine(), rows };
}

async function compare(
  name: string,
  ours: Stepper,
  peer: Stepper | undefined,
  peerName: string,
  steps: number,
  peerSteps: number,
  rounds: number,
): Promise<BenchRow> {
  const contestants = [() => ours(steps), ...(peer ? [() => peer(peerSteps)] : [])];
  // The first round compiles, fills caches and sizes memory arenas.
  await takeTurns(1, contestants);
  const { medians, quotients } = await takeTurns(rounds, contestants);
  const row = { case: name, ours: medians[0], unit: "ms/step" };
  return peer ? { ...row, peer: medians[1], peerName, ratio: quotients[1] } : row;
}

/** Steps over random batches, waiting for the losses after every `perCall` of them. */
async function stepper(engine: Engine, program: Program, perCall: number): Promise<Stepper> {
  const loop = await engine.load(program);
  const random = noise(1);
  const start = program.carry.map(({ shape }) => {
    const spread =
      shape.length < 2 ? 0 : 1 / Math.sqrt(size(shape.length === 4 ? shape.slice(1) : [shape[0]]));
    return Float32Array.from({ length: size(shape) }, () => (2 * random() - 1) * spread);
  });
  const batch: TensorData[] = [
    Float32Array.from({ length: perCall * size(program.inputs[0].shape) }, random),
    Int32Array.from({ length: perCall * BATCH }, (_, i) => i % 10),
    new Float32Array(perCall * BATCH).fill(1),
  ];
  loop.start(start, []);
  return async (steps) => {
    const started = performance.now();
    for (let i = 0; i < steps; i += perCall) await loop.step(batch);
    return (performance.now() - started) / steps;
  };
}

/** Uniform numbers in [0, 1), the same in every run (a linear congruential generator is random enough for timing). */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) / 0x800000;
  };
}
