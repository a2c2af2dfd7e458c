/**
 * A trainer on worker threads, with one ONNX Runtime thread in each. The main thread traces and lowers each program
 * once; the threads get its bytes and read the examples in shared memory. Every job is computed by one thread from
 * its own inputs alone, so results do not depend on how many threads there are or which of them runs what.
 */
import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import { RunError } from "../../errors.ts";
import { evaluationParts } from "../evaluation-parts.ts";
import { lower } from "../lowering/lower.ts";
import { RecentCache } from "../recent-cache.ts";
import { combineSums, type EvaluationSums, placeOf } from "../train-locally.ts";
import { type PlannedProgram, type TrainerData, TrainerPlan } from "../trainer-plan.ts";
import type { EvaluateJob, EvaluateResult, LocalWork, Trainer, TrainJob, TrainResult } from "../training.ts";
import { shared, sharedExamples, sharedRows } from "./shared-memory.ts";
import {
  type CompiledProgram,
  errorOf,
  type WorkerAnswer,
  type WorkerExamples,
  type WorkerRequest,
} from "./worker-message.ts";

export interface WorkerTrainerOptions extends TrainerData {
  /** The work that most jobs will ask for: compiled at once, so that a faulty task fails here. Others compile when they come. */
  readonly work: LocalWork;
  /** Threads, >= 1. Default: one per core. */
  readonly workers?: number;
}

const COMPILED_PROGRAMS = 6;
/** This file's own extension: `.ts` from the sources, `.js` from the compiled package. */
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf("."));

/**
 * Starts the threads. Close with `await trainer[Symbol.asyncDispose]()` (or `await using`): jobs that still run
 * then reject with RunError `learn.worker.stopped`. An aborted job does not start; one that a thread has begun runs
 * to its end unheard, since ending a thread inside a native call would take the process down.
 *
 * @throws InputError `learn.task.*` when the task cannot be built or traced for the data.
 */
export async function createWorkerTrainer({
  task,
  dataset,
  shards,
  work,
  workers = availableParallelism(),
}: WorkerTrainerOptions): Promise<Trainer> {
  const examples: WorkerExamples = {
    train: sharedExamples(dataset.train),
    test: sharedExamples(dataset.test),
  };
  const plan = new TrainerPlan({ task, dataset: { ...dataset, ...examples }, shards: sharedRows(shards) });
  const trainer = new WorkerTrainer(plan, examples, workers);
  try {
    await trainer.prepare(work);
    return trainer;
  } catch (error) {
    await trainer[Symbol.asyncDispose]();
    throw error;
  }
}

class WorkerTrainer implements Trainer {
  readonly #plan: TrainerPlan;
  readonly #pool: Piscina<WorkerRequest, WorkerAnswer>;
  readonly #programs = new RecentCache<CompiledProgram>(COMPILED_PROGRAMS);
  readonly #waiting: (() => void)[] = [];
  readonly #running = new Set<Promise<WorkerAnswer>>();
  #free: number;
  #closed = false;

  constructor(plan: TrainerPlan, examples: WorkerExamples, workers: number) {
    this.#plan = plan;
    this.#free = workers;
    this.#pool = new Piscina({
      filename: new URL(`./worker${EXTENSION}`, import.meta.url).href,
      workerData: examples,
      minThreads: workers,
      maxThreads: workers,
      idleTimeout: Number.POSITIVE_INFINITY,
    });
  }

  async prepare(work: LocalWork): Promise<void> {
    await this.#compiled(this.#plan.training(work, false));
    await this.#compiled(this.#plan.evaluation());
  }

  run(job: TrainJob, signal?: AbortSignal): Promise<TrainResult>;
  run(job: EvaluateJob, signal?: AbortSignal): Promise<EvaluateResult>;
  run(job: TrainJob | EvaluateJob, signal?: AbortSignal): Promise<TrainResult | EvaluateResult> {
    return job.kind === "train" ? this.#train(job, signal) : this.#evaluate(job, signal);
  }

  async #train(job: TrainJob, signal: AbortSignal | undefined): Promise<TrainResult> {
    const rows = this.#plan.rows(job.shard);
    const program = await this.#compiled(this.#plan.training(job.work, job.correction !== undefined));
    return this.#dispatch<TrainResult>(signal, () => ({
      kind: "train",
      program,
      rows,
      job: {
        ...job,
        parameters: shared(job.parameters),
        ...(job.correction === undefined ? {} : { correction: shared(job.correction) }),
      },
    }));
  }

  async #evaluate(job: EvaluateJob, signal: AbortSignal | undefined): Promise<EvaluateResult> {
    const program = await this.#compiled(this.#plan.evaluation());
    const parameters = shared(job.parameters);
    const on = job.on === "test" ? "test" : "train";
    const parts = evaluationParts(this.#plan.rows(job.on)).map((rows) =>
      this.#dispatch<EvaluationSums>(signal, () => ({ kind: "evaluate", program, on, rows, parameters })),
    );
    return combineSums(await Promise.all(parts), placeOf(job));
  }

  /**
   * Sends a request as soon as a thread is free. It is made only then, so that a thousand waiting jobs do not hold
   * a thousand copies of the model.
   */
  async #dispatch<T extends TrainResult | EvaluationSums>(
    signal: AbortSignal | undefined,
    make: () => WorkerRequest,
  ): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      if (this.#closed) throw stopped();
      signal?.throwIfAborted();
      const running: Promise<WorkerAnswer> = this.#pool.run(make());
      this.#running.add(running);
      const answer = (await running
        .catch((cause) => {
          throw this.#closed ? stopped() : threadDied(cause);
        })
        .finally(() => this.#running.delete(running))) as WorkerAnswer<T>;
      if (this.#closed) throw stopped();
      signal?.throwIfAborted();
      if ("failure" in answer) throw errorOf(answer.failure);
      return answer.result;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }

  #compiled({ key, build }: PlannedProgram): Promise<CompiledProgram> {
    return this.#programs.get(key, async () => {
      const { program, shape } = build();
      const lowered = lower(program);
      return { key, lowered: { ...lowered, model: shared(lowered.model) }, shape };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    // Ending a thread inside a native call would take the whole process down: the jobs in hand run out first. The
    // pool's own closing does not wait for all of them (piscina 5.3 counts one that is done several times).
    await Promise.allSettled(this.#running);
    await this.#pool.close();
    await this.#programs[Symbol.asyncDispose]();
  }
}

function stopped(): RunError {
  return new RunError("learn.worker.stopped", "The trainer was closed while a job was running.");
}

function threadDied(cause: unknown): RunError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new RunError("learn.worker.failed", `A training thread stopped: ${message}`, { cause });
}
