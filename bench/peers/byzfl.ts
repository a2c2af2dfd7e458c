/** ByzFL in a Python process beside us, asked for one aggregation at a time. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export type ByzflLibrary = "numpy" | "torch";

export interface ByzflPeer extends AsyncDisposable {
  /** Who it is when it computes with this library, and in which version. */
  name(library: ByzflLibrary): string;
  /** Milliseconds for one aggregation of n rows of d floats, at most f of them Byzantine. */
  measure(library: ByzflLibrary, rule: string, shape: { n: number; d: number; f: number }): Promise<number>;
}

/** Undefined where `python3` or its `byzfl` is not installed. */
export async function openByzfl(): Promise<ByzflPeer | undefined> {
  const script = fileURLToPath(new URL("./byzfl_rules.py", import.meta.url));
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
  const [, byzfl, numpy, torch] = first.value.split(" ");
  return {
    name: (library) => `ByzFL ${byzfl} on ${library === "numpy" ? `NumPy ${numpy}` : `PyTorch ${torch}`}`,
    async measure(library, rule, { n, d, f }) {
      child.stdin.write(`${library} ${rule} ${n} ${d} ${f}\n`);
      const answer = await lines.next();
      if (answer.done) throw new Error("ByzFL's process ended before it answered");
      return Number(answer.value);
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}
