/** A client in a Node process: its identity from the user's folder, its data from files, trained by ONNX Runtime. */
import type { ReadData } from "../../data/client-data.ts";
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
import { OwnModelFile, ownModelPath } from "./own-model-file.ts";
import { readClientData } from "./read-data.ts";

export interface JoinServerOptions {
  readonly link: JoinLink;
  /** Name in the federation. Default: the host's. */
  readonly name?: string | undefined;
  /** File or folder with the client's own data; without it the server must deal some out. */
  readonly data?: string | undefined;
  /** Where the client's own model is kept, under protocols that give it one. Default: {@link ownModelPath}. */
  readonly model?: string | undefined;
  readonly observe: (event: NodeJoinEvent) => void;
  readonly signal?: AbortSignal;
  /** Seconds after which a server that cannot be reached is given up. Default: never. */
  readonly patience?: number;
}

export type NodeJoinEvent = JoinEvent | DataRead | ServerTrusted | OwnModelOpened | OwnModelTrouble;

export interface DataRead {
  readonly kind: "data-read";
  readonly examples: number;
  /** Of examples that are not trained on. */
  readonly heldOut: number;
  /** What of the data was not used, and why. */
  readonly notes: readonly string[];
}

/** Where the client's own model is kept, before its first round. */
export interface OwnModelOpened {
  readonly kind: "own-model";
  readonly path: string;
  /** Whether the client goes on from a model that it had there. */
  readonly isOld: boolean;
}

/** The client's own model cannot be kept for the moment. */
export interface OwnModelTrouble {
  readonly kind: "own-model-trouble";
  /** A sentence. */
  readonly problem: string;
}

/** The key that the server holds; `new` ones are to be confirmed by eye. */
export interface ServerTrusted {
  readonly kind: "server";
  readonly key: string;
  readonly trust: "linked" | "known" | "new";
}

/**
 * Takes part in the run that a link leads to, until it is over. Throws as `joinRun`, `claimIdentity`, `trustServer`,
 * `readClientData` and `OwnModelFile.open`.
 */
export async function joinServer(options: JoinServerOptions): Promise<Farewell> {
  const { link, observe, signal, patience } = options;
  const { token, url, serverKey } = link;
  const claimed = await claimIdentity({ name: options.name });
  let ownModel: OwnModelFile | undefined;
  const troubled = ({ message }: InputError) => observe({ kind: "own-model-trouble", problem: message });
  try {
    const joined = joinRun({
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
        const { notes, ...data } = await findData(received, options.data);
        const heldOut = data.heldOut?.labels.length ?? 0;
        observe({ kind: "data-read", examples: data.examples.labels.length, heldOut, notes });
        const trainer = createBundleTrainer({ bundle: received.bundle, data, engine: onnxLoweredEngine });
        return { trainer, data };
      },
      recall: async (received, name) => {
        await ownModel?.close();
        const path = options.model ?? ownModelPath(received, name);
        ownModel = await OwnModelFile.open(path, received, name, troubled);
        observe({ kind: "own-model", path, isOld: ownModel.kept !== undefined });
        return ownModel.kept;
      },
      observe: (event) => {
        if (event.kind === "model") ownModel?.save(event.round, event.model);
        observe(event);
      },
      cryptography: nativeCryptography,
      ...(signal && { signal }),
      ...(patience !== undefined && { patience }),
    });
    const end = await joined.catch(async (error) => {
      // Why the run has ended is what to tell; where the model is, is told beside it.
      await ownModel?.close().catch(troubled);
      throw error;
    });
    await ownModel?.close();
    return end;
  } finally {
    claimed.release();
  }
}

async function prove(token: string, transcript: Uint8Array): Promise<{ id: string; proof: Uint8Array }> {
  return { id: await tokenId(await tokenHash(token)), proof: await proveToken(token, transcript) };
}

async function findData({ plan, trial }: ReceivedPlan, path: string | undefined): Promise<ReadData> {
  if (path !== undefined) return readClientData(path, plan.data);
  if (trial !== undefined) {
    return { ...trial, notes: ["These examples come from the server, for trying it out."] };
  }
  throw new InputError("join.data", "This run trains on the clients' own data; give yours by --data.", {
    at: "--data",
  });
}
