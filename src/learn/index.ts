/**
 * What is learnt and how: tasks in JAX style, optimisers, trainers and model files. A user's task file imports
 * everything that it needs from here. The trainer on worker threads is in `node/`.
 */

export { lax, nn, numpy as np, random } from "@jax-js/jax";
export { activationsOf } from "./activations.ts";
export { type BundleTrainerOptions, createBundleTrainer } from "./bundle-trainer.ts";
export { createProgramBundle, type ProgramBundleOptions } from "./create-program-bundle.ts";
export type { Engine, Loop, Program, TensorData, TensorSpec } from "./engine.ts";
export { createEngineTrainer } from "./engine-trainer.ts";
export { jaxEngine } from "./engines/jax-engine.ts";
export { exportOnnx } from "./export-onnx.ts";
export { exportSafetensors, importSafetensors } from "./export-safetensors.ts";
export { glorotUniform, heNormal } from "./initializers.ts";
export {
  asImages,
  convolutionLayer,
  convolve,
  dense,
  flatten,
  hiddenLayer,
  type Layer,
  maxPool2,
  outputLayer,
  perceptron,
} from "./layers.ts";
export type { ParameterLayout, ParameterSlice } from "./layout.ts";
export type { LoweredEngine, LoweredProgram } from "./lowered-program.ts";
export { initialParameters, layoutOf } from "./parameters.ts";
export {
  chooseEngine,
  type EngineCandidate,
  type EngineChoice,
  type EngineMeasurement,
  type ProbeOptions,
} from "./probe.ts";
export { decodeProgramBundle, encodeProgramBundle, type ProgramBundle } from "./program-bundle.ts";
export { argmaxHits, softmaxCrossEntropy } from "./scores.ts";
export {
  type DataSpec,
  defineTask,
  isTask,
  type ParameterTree,
  type Task,
  type TaskDefinition,
} from "./task.ts";
export { findTask, type RegisteredTask, tasks } from "./tasks/registry.ts";
export type { TrainerData } from "./trainer-plan.ts";
export type {
  EvaluateJob,
  EvaluateResult,
  LocalOptimizer,
  LocalWork,
  Trainer,
  TrainJob,
  TrainResult,
} from "./training.ts";
