/** A trainer in this thread: jobs run one after another on loops that stay loaded. */
import type { Examples } from "../data/examples.ts";
import type { Loop } from "./engine.ts";
import { evaluationParts } from "./evaluation-parts.ts";
import { RecentCache } from "./recent-cache.ts";
import { combineSums, evaluateLocally, type LoopShape, placeOf, trainLocally } from "./train-locally.ts";
import type { EvaluateJob, EvaluateResult, LocalWork, Trainer, TrainJob, TrainResult } from "./training.ts";

/** Loops kept loaded: a training step, an evaluation, and the steps of a few other works. */
const LOADED_LOOPS = 6;

/** Where a trainer takes its loops and its examples from. */
export interface TrainerSource {
  /** The step that this work asks for; `corrected` when the job brings a SCAFFOLD correction. */
  training(work: LocalWork, corrected: boolean): KeyedLoop;
  evaluation(): KeyedLoop;
  /** Rows of the shard, or of the held-out set. */
  rows(on: number | "test"): Int32Array;
  /** The examples that those rows name. */
  examples(on: number | "test"): Examples;
}

/** A loop by its key, opened when it is first needed. */
export interface KeyedLoop {
  readonly key: string;
  open(): Promise<OpenLoop>;
}

interface OpenLoop {
  readonly loop: Loop;
  readonly shape: LoopShape;
}

export class LoopTrainer implements Trainer {
  readonly #source: TrainerSource;
  readonly #loops = new RecentCache<OpenLoop>(LOADED_LOOPS, ({ loop }) => loop[Symbol.dispose]());
  #last: Promise<unknown> = Promise.resolve();

  constructor(source: TrainerSource) {
    this.#source = source;
  }

  run(job: TrainJob, signal?: AbortSignal): Promise<TrainResult>;
  run(job: EvaluateJob, signal?: AbortSignal): Promise<EvaluateResult>;
  run(job: TrainJob | EvaluateJob, signal?: AbortSignal): Promise<TrainResult | EvaluateResult> {
    // A loop is not re-entrant: each job waits for the one before it, whether that one failed or not.
    const work = (): Promise<TrainResult | EvaluateResult> =>
      job.kind === "train" ? this.#train(job, signal) : this.#evaluate(job, signal);
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => {});
    return result;
  }

  async #train(job: TrainJob, signal: AbortSignal | undefined): Promise<TrainResult> {
    const rows = this.#source.rows(job.shard);
    const { loop, shape } = await this.#load(this.#source.training(job.work, job.correction !== undefined));
    return trainLocally(loop, shape, this.#source.examples(job.shard), rows, job, signal);
  }

  async #evaluate(job: EvaluateJob, signal: AbortSignal | undefined): Promise<EvaluateResult> {
    const rows = this.#source.rows(job.on);
    const examples = this.#source.examples(job.on);
    const { loop, shape } = await this.#load(this.#source.evaluation());
    const sums = [];
    for (const part of evaluationParts(rows)) {
      sums.push(await evaluateLocally(loop, shape, examples, part, job.parameters, signal));
    }
    return combineSums(sums, placeOf(job));
  }

  #load({ key, open }: KeyedLoop): Promise<OpenLoop> {
    return this.#loops.get(key, open);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    await this.#loops[Symbol.asyncDispose]();
  }
}
