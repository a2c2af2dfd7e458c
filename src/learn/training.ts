/**
 * What a trainer is asked and what it answers. Plain data: a job crosses into a worker thread, another
 * process or a browser worker unchanged.
 */

/** Local optimiser of a client. State (momentum, moments) starts at zero in every round. */
export interface LocalOptimizer {
  /** `sgd` (momentum 0 is plain SGD; heavy ball otherwise) or `adam` (Kingma and Ba 2015, with bias correction). */
  readonly kind: "sgd" | "adam";
  /** Step size > 0. */
  readonly rate: number;
  /** Heavy-ball momentum in [0, 1); only `sgd`. Default 0. */
  readonly momentum?: number;
  /** First and second moment decay in [0, 1); only `adam`. Defaults 0.9 and 0.999. */
  readonly beta1?: number;
  readonly beta2?: number;
  /** Added to the root of the second moment; only `adam`. Default 1e-8. */
  readonly epsilon?: number;
  /** L2 penalty added to the gradient, >= 0. Default 0. */
  readonly decay?: number;
  /** Largest L2 norm of the whole gradient, after decay and proximal term; none when absent. */
  readonly clip?: number;
}

/** How a client trains in one round. */
export interface LocalWork {
  /** Passes over the client's data, >= 1. */
  readonly epochs: number;
  /** Most optimiser steps, >= 1, where that is less than the epochs have; no limit when absent. */
  readonly steps?: number;
  /** Examples per step; the last batch of an epoch may be smaller and is averaged over its true size. */
  readonly batch: number;
  readonly optimizer: LocalOptimizer;
  /** FedProx: mu of the term mu/2 * |y - x|^2 towards the round's model x; 0 is FedAvg. */
  readonly proximal?: number;
  /**
   * Weight of the distance to the round's model x, summed over the parameter tensors: mean((y - x)^2) of each (Baruch,
   * Baruch and Goldberg 2019, "Backdooring"); what a backdoor stays hidden by. Default 0.
   */
  readonly tether?: number;
  /**
   * Worker momentum beta in [0, 1): instead of the change u of its parameters a client sends m = beta*m + (1 - beta)*u,
   * m being what it sent last (Karimireddy, He and Jaggi 2021, "Learning from History", algorithm 2). Default 0.
   */
  readonly workerMomentum?: number;
}

export interface TrainJob {
  readonly kind: "train";
  /** The round it is for, 1-based; absent for work outside of the rounds. */
  readonly round?: number;
  /** Which shard of the training data, 0-based. */
  readonly shard: number;
  /** The round's model, length d. */
  readonly parameters: Float32Array;
  readonly work: LocalWork;
  /** Added to every gradient (SCAFFOLD's c - c_k), length d. */
  readonly correction?: Float32Array;
  /** What the client sent last, for worker momentum; zero when absent. Length d. */
  readonly sentLast?: Float32Array;
  /** Seeds the shuffling of this job alone. */
  readonly seed: number;
}

export interface TrainResult {
  readonly kind: "train";
  /** Trained minus received parameters, blended with what was sent last under worker momentum; length d. */
  readonly update: Float32Array;
  readonly examples: number;
  /** Optimiser steps taken. */
  readonly steps: number;
  /** Mean training loss over all steps; not finite when training diverged. */
  readonly loss: number;
  /** The update is an adversary's invention: it is sent as it is, finite or not. */
  readonly forged?: true;
}

export interface EvaluateJob {
  readonly kind: "evaluate";
  readonly parameters: Float32Array;
  /** A shard of the training data, or the held-out set. */
  readonly on: number | "test";
}

export interface EvaluateResult {
  readonly kind: "evaluate";
  readonly examples: number;
  /** Mean over the examples. */
  readonly loss: number;
  readonly accuracy: number;
}

/** Runs jobs, in this thread or elsewhere. Results do not depend on how many run at once. */
export interface Trainer extends AsyncDisposable {
  /** Rejects with the signal's reason, usually an AbortError, when `signal` is aborted before the job is done. */
  run(job: TrainJob, signal?: AbortSignal): Promise<TrainResult>;
  run(job: EvaluateJob, signal?: AbortSignal): Promise<EvaluateResult>;
}
