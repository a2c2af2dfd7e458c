/**
 * A trainer in this thread, on any engine: in browsers, and as the plain version that worker threads are tested
 * against. Jobs run one after another.
 */
import type { Engine, Loop } from "./engine.ts";
import { RecentCache } from "./recent-cache.ts";
import { combineSums, evaluateLocally, type LoopShape, trainLocally } from "./train-locally.ts";
import { type PlannedProgram, placeOf, type TrainerData, TrainerPlan } from "./trainer-plan.ts";
import type { EvaluateJob, EvaluateResult, Trainer, TrainJob, TrainResult } from "./training.ts";

/** Loops kept loaded: a training step, an evaluation, and the steps of a few other works. */
const LOADED_LOOPS = 6;

interface Loaded {
  readonly loop: Loop;
  readonly shape: LoopShape;
}

/**
 * A trainer that runs every job in this thread on `engine`.
 *
 * @throws InputError when the task cannot be built for the data; `run` rejects with what `trainLocally` throws.
 */
export function createEngineTrainer(options: TrainerData & { readonly engine: Engine }): Trainer {
  return new EngineTrainer(new TrainerPlan(options), options.engine);
}

class EngineTrainer implements Trainer {
  readonly #plan: TrainerPlan;
  readonly #engine: Engine;
  readonly #loops = new RecentCache<Loaded>(LOADED_LOOPS, ({ loop }) => loop[Symbol.dispose]());
  #last: Promise<unknown> = Promise.resolve();

  constructor(plan: TrainerPlan, engine: Engine) {
    this.#plan = plan;
    this.#engine = engine;
  }

  run(job: TrainJob): Promise<TrainResult>;
  run(job: EvaluateJob): Promise<EvaluateResult>;
  run(job: TrainJob | EvaluateJob): Promise<TrainResult | EvaluateResult> {
    // A loop is not re-entrant: each job waits for the one before it, whether that one failed or not.
    const work = (): Promise<TrainResult | EvaluateResult> =>
      job.kind === "train" ? this.#train(job) : this.#evaluate(job);
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => {});
    return result;
  }

  async #train(job: TrainJob): Promise<TrainResult> {
    const rows = this.#plan.rows(job.shard);
    const { loop, shape } = await this.#load(this.#plan.training(job.work, job.correction !== undefined));
    return trainLocally(loop, shape, this.#plan.dataset.train, rows, job);
  }

  async #evaluate(job: EvaluateJob): Promise<EvaluateResult> {
    const { loop, shape } = await this.#load(this.#plan.evaluation());
    const sums = [];
    for (const rows of this.#plan.parts(job)) {
      sums.push(await evaluateLocally(loop, shape, this.#plan.examples(job.on), rows, job.parameters));
    }
    return combineSums(sums, placeOf(job));
  }

  #load({ key, build }: PlannedProgram): Promise<Loaded> {
    return this.#loops.get(key, async () => {
      const { program, shape } = build();
      return { loop: await this.#engine.load(program), shape };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    await this.#loops[Symbol.asyncDispose]();
  }
}
