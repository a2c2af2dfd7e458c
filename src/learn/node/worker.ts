/**
 * The entry of a training thread: runs one request at a time on ONNX Runtime with one thread of its own. It never
 * sees the task; programs arrive lowered and stay loaded for the requests that follow.
 */
import { move, transferableSymbol, valueSymbol, workerData } from "piscina";
import type { Loop } from "../engine.ts";
import { RecentCache } from "../recent-cache.ts";
import { type EvaluationSums, evaluateLocally, trainLocally } from "../train-locally.ts";
import type { TrainResult } from "../training.ts";
import { openLowered } from "./onnx-engine.ts";
import {
  type CompiledProgram,
  failureOf,
  type WorkerAnswer,
  type WorkerExamples,
  type WorkerRequest,
} from "./worker-message.ts";

const LOADED_LOOPS = 6;

const examples = workerData as WorkerExamples;
const loops = new RecentCache<Loop>(LOADED_LOOPS, (loop) => loop[Symbol.dispose]());

export default async function handle(request: WorkerRequest): Promise<unknown> {
  try {
    const answer: WorkerAnswer = { result: await run(request) };
    return "update" in answer.result ? transferred(answer, answer.result.update) : answer;
  } catch (error) {
    return { failure: failureOf(error) } satisfies WorkerAnswer;
  }
}

async function run(request: WorkerRequest): Promise<TrainResult | EvaluationSums> {
  const { program, rows } = request;
  const loop = await load(program);
  return request.kind === "train"
    ? trainLocally(loop, program.shape, examples.train, rows, request.job)
    : evaluateLocally(loop, program.shape, examples[request.on], rows, request.parameters);
}

function load({ key, lowered }: CompiledProgram): Promise<Loop> {
  // ONNX Runtime does not read models from shared memory; `slice` gives it a copy of its own.
  return loops.get(key, () => openLowered({ ...lowered, model: lowered.model.slice() }));
}

/** Hands the update's memory over to the main thread instead of copying it. */
function transferred(answer: WorkerAnswer, { buffer }: Float32Array): unknown {
  return move({ [transferableSymbol]: buffer, [valueSymbol]: answer });
}
