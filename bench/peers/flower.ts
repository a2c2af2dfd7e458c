/** Flower's SecAgg+ in a Python process beside us, asked for one round at a time. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface FlowerRound {
  readonly clients: number;
  /** Length of an update. */
  readonly dimension: number;
  /** Clients that vanish before they upload. */
  readonly dropped: number;
  /** Of a client, itself not counted. */
  readonly neighbours: number;
  readonly threshold: number;
}

export interface FlowerPeer extends AsyncDisposable {
  /** Who it is, in which version, and how it was measured. */
  readonly name: string;
  /** Milliseconds of processor time of a client that stays to the end, and of the server. */
  measure(round: FlowerRound): Promise<{ clientMs: number; serverMs: number }>;
}

/** Undefined where `python3` or its `flwr` is not installed. */
export async function openFlower(): Promise<FlowerPeer | undefined> {
  const script = fileURLToPath(new URL("./flower_secagg.py", import.meta.url));
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
    name: `Flower ${first.value.replace("ready ", "")} SecAgg+: its modifier in one client, its workflow's steps for one upload, one present and one gone client, times their numbers`,
    async measure({ clients, dimension, dropped, neighbours, threshold }) {
      child.stdin.write(`${clients} ${dimension} ${dropped} ${neighbours} ${threshold}\n`);
      const answer = await lines.next();
      if (answer.done) throw new Error("Flower's process ended before it answered");
      const [clientMs, serverMs] = answer.value.split(" ").map(Number);
      return { clientMs, serverMs };
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}
