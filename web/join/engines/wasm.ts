/** ONNX Runtime on WebAssembly, with SIMD and, where the page is isolated, threads: runs in every browser. */

import mjs from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import * as ort from "onnxruntime-web/wasm";
import { webEngine } from "./web-engine.ts";

/** The steps of small models gain nothing from more. */
const MOST_THREADS = 4;

// The runtime's threads spin while they wait, and browsers count half-cores: one per core that they report made
// steps up to three times slower than a single one.
const threads = crossOriginIsolated
  ? Math.min(Math.ceil(navigator.hardwareConcurrency / 2), MOST_THREADS)
  : 1;

export const engine = webEngine(ort, "wasm", { mjs, wasm }, threads);
