/** ONNX Runtime in Node: the native package, one thread per session; worker threads carry the parallelism. */
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { Engine, Loop } from "../engine.ts";
import { type OnnxRuntime, openLoop } from "../engines/onnx-loop.ts";
import { type LoweredProgram, lower } from "../lowering/lower.ts";

const options: InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: "sequential",
  graphOptimizationLevel: "all",
  // Errors only: the runtime warns of graph details that users cannot act upon.
  logSeverityLevel: 3,
  extra: {
    session: {
      intra_op: { allow_spinning: "0" },
      // Vanishing gradients become denormal numbers, on which processors are many times slower.
      set_denormal_as_zero: "1",
    },
  },
};

const runtime: OnnxRuntime = {
  open: async (model) => {
    const session = await InferenceSession.create(model, options);
    return {
      run: (feeds, fetches) => session.run(feeds as Record<string, Tensor>, fetches as Record<string, Tensor>),
      release: () => session.release(),
    };
  },
  tensor: (type, data, shape) =>
    type === "float32"
      ? new Tensor("float32", data as Float32Array, shape)
      : new Tensor("int32", data as Int32Array, shape),
};

/** Traces, lowers and runs programs on ONNX Runtime in this thread. The fast path in Node. */
export const onnxEngine: Engine = {
  name: "onnx",
  load: (program) => openLowered(lower(program)),
};

/** Opens a program that was lowered here or in another thread; needs no jax-js. */
export function openLowered(lowered: LoweredProgram): Promise<Loop> {
  return openLoop(runtime, lowered);
}
