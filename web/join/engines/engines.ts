/** The engines that this browser may train on. Each is fetched from the server when it is first opened. */
import type { LoweredEngine } from "../../../src/learn/lowered-program.ts";
import type { ProgramBundle } from "../../../src/learn/program-bundle.ts";

/**
 * Engines for the programs of a bundle, the most trustworthy one first. That an engine is listed does not mean that
 * it works: `chooseEngine` of `src/learn/probe.ts` finds out.
 */
export async function availableEngines(bundle: ProgramBundle): Promise<LoweredEngine[]> {
  const wasm = lazily("wasm", async () => (await import("./wasm.ts")).engine);
  if (!(await hasWebGpu())) return [wasm];
  return [
    wasm,
    lazily("webgpu", async () => (await import("./webgpu.ts")).engine),
    lazily("jax-webgpu", async () => (await import("./jax-webgpu.ts")).jaxWebgpuEngine(bundle)),
  ];
}

async function hasWebGpu(): Promise<boolean> {
  try {
    return (await navigator.gpu?.requestAdapter()) != null;
  } catch {
    return false;
  }
}

function lazily(name: string, load: () => Promise<LoweredEngine>): LoweredEngine {
  return { name, open: async (lowered) => (await load()).open(lowered) };
}
