/** A client in a Node process: its identity from the user's folder, its data from files, trained by ONNX Runtime. */
import type { Examples } from "../../data/examples.ts";
import { InputError } from "../../errors.ts";
import { createBundleTrainer } from "../../learn/bundle-trainer.ts";
import { onnxLoweredEngine } from "../../learn/node/onnx-engine.ts";
import { claimIdentity } from "../../runtime/node/key-store.ts";
import { trustServer } from "../../runtime/node/known-servers.ts";
import { systemClock } from "../../runtime/node/system-clock.ts";
import { pinnedConnection } from "../../runtime/node/tls.ts";
import { connectWebSocket } from "../../runtime/node/websocket-client.ts";
import type { Farewell } from "../../runtime/session/control.ts";
import { fingerprint } from "../../runtime/session/identity.ts";
import { type JoinLink, websocketUrl } from "../../runtime/session/join-link.ts";
import { proveToken, tokenHash, tokenId } from "../../runtime/session/token.ts";
import { nativeCryptography } from "../../secure/node/native-cryptography.ts";
import { type JoinEvent, joinRun } from "../join-run.ts";
import type { ReceivedPlan } from "../run-plan.ts";
import { readClientData } from "./read-data.ts";

export interface JoinServerOptions {
  readonly link: JoinLink;
  /** Name in the federation. Default: the host's. */
  readonly name?: string | undefined;
  /** File or folder with the client's own data; without it the server must deal some out. */
  readonly data?: string | undefined;
  readonly observe: (event: JoinEvent | DataRead | ServerTrusted) => void;
  readonly signal?: AbortSignal;
  /** Seconds after which a server that cannot be reached is given up. Default: never. */
  readonly patience?: number;
}

export interface DataRead {
  readonly kind: "data-read";
  readonly examples: number;
  /** What of the data was not used, and why. */
  readonly notes: readonly string[];
}

/** The key that the server holds; `new` ones are to be confirmed by eye. */
export interface ServerTrusted {
  readonly kind: "server";
  readonly key: string;
  readonly trust: "linked" | "known" | "new";
}

/**
 * Takes part in the run that a link leads to, until it is over. Throws as `joinRun`, `claimIdentity`, `trustServer`
 * and `readClientData`.
 */
export async function joinServer(options: JoinServerOptions): Promise<Farewell> {
  const { link, observe, signal, patience } = options;
  const { token, url, serverKey } = link;
  const claimed = await claimIdentity({ name: options.name });
  try {
    return await joinRun({
      connect: () => connectWebSocket(websocketUrl(link), pinnedConnection(link.certificate)),
      clock: systemClock,
      identity: claimed.identity,
      name: claimed.name,
      expect: async (raw) => {
        const key = await fingerprint(raw);
        const trust = await trustServer({ url, key, linked: serverKey });
        observe({ kind: "server", key, trust });
      },
      ...(token !== undefined && { prove: (transcript: Uint8Array) => prove(token, transcript) }),
      random: Math.random,
      prepare: async (received) => {
        const { examples, notes } = await findExamples(received, options.data);
        observe({ kind: "data-read", examples: examples.labels.length, notes });
        return createBundleTrainer({ bundle: received.bundle, examples, engine: onnxLoweredEngine });
      },
      observe,
      cryptography: nativeCryptography,
      ...(signal && { signal }),
      ...(patience !== undefined && { patience }),
    });
  } finally {
    claimed.release();
  }
}

async function prove(token: string, transcript: Uint8Array): Promise<{ id: string; proof: Uint8Array }> {
  return { id: await tokenId(await tokenHash(token)), proof: await proveToken(token, transcript) };
}

async function findExamples(
  { plan, trial }: ReceivedPlan,
  path: string | undefined,
): Promise<{ examples: Examples; notes: readonly string[] }> {
  if (path !== undefined) return readClientData(path, plan.data);
  if (trial !== undefined) {
    return { examples: trial, notes: ["These examples come from the server, for trying it out."] };
  }
  throw new InputError("join.data", "This run trains on the clients' own data; give yours by --data.", {
    at: "--data",
  });
}
