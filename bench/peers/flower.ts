/** Flower's SecAgg+, asked for one round at a time. */
import { openPython } from "./python.ts";

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
  const python = await openPython("./flower_secagg.py");
  if (python === undefined) return undefined;
  const version = python.greeting.join(" ");
  return {
    name: `Flower ${version} SecAgg+: its modifier in one client, its workflow's steps for one upload, one present and one gone client, times their numbers`,
    async measure({ clients, dimension, dropped, neighbours, threshold }) {
      const answer = await python.ask(`${clients} ${dimension} ${dropped} ${neighbours} ${threshold}`);
      const [clientMs, serverMs] = answer.split(" ").map(Number);
      return { clientMs, serverMs };
    },
    [Symbol.asyncDispose]: () => python[Symbol.asyncDispose](),
  };
}
