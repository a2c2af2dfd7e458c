/** ONNX Runtime on WebAssembly, with SIMD and, where the page is isolated, threads: runs in every browser. */

import mjs from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import * as ort from "onnxruntime-web/wasm";
import { webEngine } from "./web-engine.ts";

/** The runtime's threads spin while they wait for each other: small steps gain nothing from more. */
const MOST_THREADS = 4;

const threads = crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, MOST_THREADS) : 1;

export const engine = webEngine(ort, "wasm", { mjs, wasm }, threads);
