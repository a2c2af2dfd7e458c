/** ONNX Runtime on WebGPU. What it lacks there it computes on the processor, one thread of it. */

import mjs from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import * as ort from "onnxruntime-web/webgpu";
import { webEngine } from "./web-engine.ts";

export const engine = webEngine(ort, "webgpu", { mjs, wasm }, 1);
