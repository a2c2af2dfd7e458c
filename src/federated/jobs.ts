import type { EvaluateJob, EvaluateResult, TrainJob, TrainResult } from "../learn/training.ts";

/** Work that the parties of a federated run hand out; see `learn/training.ts`. */
export type Job = TrainJob | EvaluateJob;
export type JobResult = TrainResult | EvaluateResult;
