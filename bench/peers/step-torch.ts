/** PyTorch, asked for one measurement at a time. */
import { openPython } from "./python.ts";

export interface TorchPeer extends AsyncDisposable {
  readonly version: string;
  /** Milliseconds per step of the case `mlp` or `cnn`, mean over `steps` steps. */
  measure(name: string, steps: number): Promise<number>;
}

/** Undefined where `python3` or its `torch` is not installed. */
export async function openTorch(): Promise<TorchPeer | undefined> {
  const python = await openPython("./step_torch.py");
  return (
    python && {
      version: python.greeting.join(" "),
      measure: async (name, steps) => Number(await python.ask(`${name} ${steps}`)),
      [Symbol.asyncDispose]: () => python[Symbol.asyncDispose](),
    }
  );
}
