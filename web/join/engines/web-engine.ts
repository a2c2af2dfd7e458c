/** The browser's packages of ONNX Runtime behind the loop that Node's package runs behind, too. */
import type { InferenceSession, Tensor, TypedTensor } from "onnxruntime-web";
import type { TensorData } from "../../../src/learn/engine.ts";
import { type OnnxRuntime, openLoop } from "../../../src/learn/engines/onnx-loop.ts";
import type { LoweredEngine } from "../../../src/learn/lowered-program.ts";

/** Each entry of the package (`onnxruntime-web/wasm`, `/webgpu`) is a runtime of its own, with its own settings. */
type Package = typeof import("onnxruntime-web");

/** Where Vite has put the runtime's WebAssembly module and the script that loads it. */
interface RuntimeFiles {
  readonly wasm: string;
  readonly mjs: string;
}

/**
 * An engine on one of the package's execution providers, of the same name. Sets the package up to load its files
 * from this page's server and from nowhere else, so it must not have been used before.
 */
export function webEngine(
  ort: Package,
  provider: "wasm" | "webgpu",
  files: RuntimeFiles,
  threads: number,
): LoweredEngine {
  const { wasm } = ort.env;
  wasm.wasmPaths = { ...files };
  wasm.numThreads = threads;
  // Training runs in a worker already; the package needs none of its own to keep the page alive.
  wasm.proxy = false;
  const runtime = runtimeOf(ort, {
    executionProviders: [provider],
    graphOptimizationLevel: "all",
    // Errors only: the runtime warns of graph details that users cannot act upon.
    logSeverityLevel: 3,
  });
  return { name: provider, open: (lowered) => openLoop(runtime, lowered) };
}

function runtimeOf(
  ort: Package,
  options: InferenceSession.SessionOptions,
): OnnxRuntime<TypedTensor<"float32" | "int32">> {
  return {
    open: async (model) => {
      const session = await ort.InferenceSession.create(model, options);
      return {
        run: async (feeds, fetches) => {
          // Unlike Node's package, this one does not write into tensors that it is given for its results.
          const results = await session.run(feeds, Object.keys(fetches));
          for (const [name, { data }] of Object.entries(fetches)) copy(results[name], data);
        },
        release: () => session.release(),
      };
    },
    tensor: (type, data, shape) =>
      type === "float32"
        ? new ort.Tensor("float32", data as Float32Array, shape)
        : new ort.Tensor("int32", data as Int32Array, shape),
  };
}

function copy({ data }: Tensor, into: TensorData): void {
  into.set(data as TensorData);
}
