/** PyTorch in a Python process beside us, asked for one measurement at a time. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface TorchPeer extends AsyncDisposable {
  readonly version: string;
  /** Milliseconds per step of the case `mlp` or `cnn`, mean over `steps` steps. */
  measure(name: string, steps: number): Promise<number>;
}

/** Undefined where `python3` or its `torch` is not installed. */
export async function openTorch(): Promise<TorchPeer | undefined> {
  const script = fileURLToPath(new URL("./step_torch.py", import.meta.url));
  const child = spawn("python3", [script], { stdio: ["pipe", "pipe", "ignore"] });
  const started = once(child, "spawn").then(
    () => true,
    () => false,
  );
  if (!(await started)) return undefined;
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done) return undefined;
  return {
    version: first.value.replace("ready ", ""),
    async measure(name, steps) {
      child.stdin.write(`${name} ${steps}\n`);
      const answer = await lines.next();
      if (answer.done) throw new Error("PyTorch's process ended before it answered");
      return Number(answer.value);
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}
