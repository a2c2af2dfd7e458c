/** `coterie/learn` in Node: the isomorphic door, and training on worker threads with ONNX Runtime. */
export * from "../index.ts";
export { onnxEngine, onnxLoweredEngine } from "./onnx-engine.ts";
export { createWorkerTrainer, type WorkerTrainerOptions } from "./worker-trainer.ts";
