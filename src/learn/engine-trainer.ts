/**
 * A trainer in this thread that knows the task, on any engine: the plain version that worker threads are tested
 * against, and the way to train where only jax-js runs.
 */
import type { Engine } from "./engine.ts";
import { type KeyedLoop, LoopTrainer } from "./loop-trainer.ts";
import { type PlannedProgram, type TrainerData, TrainerPlan } from "./trainer-plan.ts";
import type { Trainer } from "./training.ts";

/**
 * A trainer that runs every job in this thread on `engine`.
 *
 * @throws InputError when the task cannot be built for the data; `run` rejects with what `trainLocally` throws.
 */
export function createEngineTrainer({ engine, ...data }: TrainerData & { readonly engine: Engine }): Trainer {
  const plan = new TrainerPlan(data);
  const loaded = ({ key, build }: PlannedProgram): KeyedLoop => ({
    key,
    open: async () => {
      const { program, shape } = build();
      return { loop: await engine.load(program), shape };
    },
  });
  return new LoopTrainer({
    training: (work, corrected) => loaded(plan.training(work, corrected)),
    evaluation: () => loaded(plan.evaluation()),
    rows: (on) => plan.rows(on),
    examples: (on) => plan.examples(on),
  });
}
