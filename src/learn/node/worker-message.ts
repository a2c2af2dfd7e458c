/** What passes between a worker trainer and its threads. Plain data; large arrays lie in shared memory. */
import type { Examples } from "../../data/examples.ts";
import { CoterieError, InputError, RunError } from "../../errors.ts";
import type { LoweredProgram } from "../lowered-program.ts";
import type { EvaluationSums, LoopShape } from "../train-locally.ts";
import type { TrainJob, TrainResult } from "../training.ts";

/** What a thread is given when it starts. */
export interface WorkerExamples {
  readonly train: Examples;
  readonly test: Examples;
}

export interface CompiledProgram {
  readonly key: string;
  readonly lowered: LoweredProgram;
  readonly shape: LoopShape;
}

interface WorkerJob {
  readonly program: CompiledProgram;
  readonly rows: Int32Array;
}

interface TrainRequest extends WorkerJob {
  readonly kind: "train";
  readonly job: TrainJob;
}

interface EvaluateRequest extends WorkerJob {
  readonly kind: "evaluate";
  readonly on: keyof WorkerExamples;
  readonly parameters: Float32Array;
}

export type WorkerRequest = TrainRequest | EvaluateRequest;

/** An error as data: a structured clone would lose its class, code and place. */
export interface WorkerFailure {
  readonly kind: "input" | "run";
  readonly code: string;
  readonly message: string;
  readonly at?: string;
}

export type WorkerAnswer<T extends TrainResult | EvaluationSums = TrainResult | EvaluationSums> =
  | { readonly result: T }
  | { readonly failure: WorkerFailure };

export function failureOf(error: unknown): WorkerFailure {
  if (error instanceof CoterieError) {
    const { code, message, at } = error;
    const kind = error instanceof InputError ? "input" : "run";
    return at === undefined ? { kind, code, message } : { kind, code, message, at };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "run", code: "learn.worker.failed", message: `A training thread failed: ${message}` };
}

/** The error that a failure stands for. */
export function errorOf({ kind, code, message, at }: WorkerFailure): CoterieError {
  const options = at === undefined ? {} : { at };
  return kind === "input" ? new InputError(code, message, options) : new RunError(code, message, options);
}
