/** A Python process beside us that answers questions of a line each. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface PythonPeer extends AsyncDisposable {
  /** What it said when it was ready, word by word. */
  readonly greeting: readonly string[];
  /** @throws Error when the process ends before it answers */
  ask(question: string): Promise<string>;
}

/** @param script beside this file. Undefined where `python3`, or what the script imports, is not installed. */
export async function openPython(script: string): Promise<PythonPeer | undefined> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn("python3", [path], { stdio: ["pipe", "pipe", "ignore"] });
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
    greeting: first.value.replace("ready ", "").split(" "),
    async ask(question) {
      child.stdin.write(`${question}\n`);
      const answer = await lines.next();
      if (answer.done) throw new Error(`${script} ended before it answered`);
      return answer.value;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}
