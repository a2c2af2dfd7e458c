/** ONNX Runtime in Node: the native package, one thread per session; worker threads carry the parallelism. */
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { Engine, Loop } from "../engine.ts";
import { type OnnxRuntime, openLoop } from "../engines/onnx-loop.ts";
import type { LoweredEngine, LoweredProgram } from "../lowered-program.ts";

const options: InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: "sequential",
  graphOptimizationLevel: "all",
  // Errors only: the runtime warns of graph details that users cannot act upon.
  logSeverityLevel: 3,
  extra: {
    // Not `set_denormal_as_zero`: it would change the arithmetic of all JavaScript in this thread as well.
    session: { intra_op: { allow_spinning: "0" } },
  },
};

const runtime: OnnxRuntime<Tensor> = {
  open: async (model) => {
    const session = await InferenceSession.create(model, options);
    return {
      // The native package writes into the fetched tensors; its answer is a copy of them, which nobody needs.
      run: async (feeds, fetches) => void (await session.run(feeds, fetches)),
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
  load: async (program) => {
    // Worker threads open lowered programs without ever loading jax-js.
    const { lower } = await import("../lowering/lower.ts");
    return openLowered(lower(program));
  },
};

/** Opens a program that was lowered here or in another thread; needs no jax-js. */
export function openLowered(lowered: LoweredProgram): Promise<Loop> {
  return openLoop(runtime, lowered);
}

/** Opens programs that a server sent; needs no jax-js. A model may compute what it likes, but reads no files. */
export const onnxLoweredEngine: LoweredEngine = {
  name: "onnx",
  open: async (lowered) => {
    const { withoutReferences } = await import("../lowering/onnx-schema.ts");
    return openLowered({ ...lowered, model: withoutReferences(lowered.model, lowered.name) });
  },
};
