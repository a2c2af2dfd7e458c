/** jax-js on WebGPU, for the tasks whose source is part of this page. */
import { createJaxEngine } from "../../../src/learn/engines/jax-engine.ts";
import { sourceEngine } from "../../../src/learn/engines/source-engine.ts";
import type { LoweredEngine } from "../../../src/learn/lowered-program.ts";
import type { ProgramBundle } from "../../../src/learn/program-bundle.ts";
import { tasks } from "../../../src/learn/tasks/registry.ts";

/** @throws InputError `learn.bundle.task` when the task here is not the bundle's; Error when there is none. */
export function jaxWebgpuEngine(bundle: ProgramBundle): LoweredEngine {
  const registered = tasks.get(bundle.task);
  if (registered === undefined)
    throw new Error(`this page does not hold the source of task "${bundle.task}"`);
  return sourceEngine(createJaxEngine("jax-webgpu", "webgpu"), registered.task, bundle);
}
