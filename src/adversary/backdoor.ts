import type { LocalWork, Trainer, TrainJob } from "../learn/training.ts";
import { clipToSpread, type DegreesLost, meanOf, spreadOf } from "./spread.ts";

/** Training of an adversary's own, whose result all its clients send. */
export interface Backdoor {
  /**
   * @param job what the corrupted clients were asked to do, with a seed for this training
   * @param own what the corrupted clients learnt, as updates
   * @returns the update to send
   */
  train(trainer: Trainer, job: TrainJob, own: readonly Float32Array[]): Promise<Float32Array>;
}

export interface AlieBackdoorOptions {
  /** Deviations from the mean that may be sent. */
  readonly z: number;
  readonly ddof: DegreesLost;
  /** The shard of triggered examples. */
  readonly shard: number;
  readonly work: LocalWork;
}

/**
 * A Little Is Enough with a backdoor (Baruch, Baruch and Goldberg 2019, "Backdooring"): from where the mean of the
 * corrupted clients' updates leads, the adversary trains on triggered examples, held near that place by `work.tether`,
 * and sends what of it lies within z deviations of the mean in every coordinate. It trains no more while the
 * backdoor is taken for its target every time.
 */
export function alieBackdoor({ z, ddof, shard, work }: AlieBackdoorOptions): Backdoor {
  return {
    async train(trainer, job, own) {
      const mean = meanOf(own);
      const start = job.parameters.map((value, i) => value + mean[i]);
      const { accuracy } = await trainer.run({ kind: "evaluate", parameters: start, on: shard });
      const trained =
        accuracy === 1
          ? new Float32Array(start.length)
          : (await trainer.run({ kind: "train", shard, parameters: start, work, seed: job.seed })).update;
      const goal = trained.map((value, i) => value + mean[i]);
      return clipToSpread(goal, spreadOf(own, ddof), z);
    },
  };
}
