/** The worker of the page: who this tab is, its connection, its data and its training. */
import { InputError } from "../../src/errors.ts";
import { type JoinEvent, joinRun } from "../../src/join/join-run.ts";
import type { ReceivedPlan } from "../../src/join/run-plan.ts";
import type { Farewell } from "../../src/runtime/session/control.ts";
import { fingerprint } from "../../src/runtime/session/identity.ts";
import { type JoinLink, websocketUrl } from "../../src/runtime/session/join-link.ts";
import { proveToken, tokenHash, tokenId } from "../../src/runtime/session/token.ts";
import { browserClock } from "./browser-clock.ts";
import { connectWebSocket } from "./browser-connection.ts";
import { claimIdentity } from "./identity.ts";
import { OutgoingRecord } from "./outgoing-record.ts";
import { OwnModelRecord } from "./own-model-record.ts";
import { Preparation } from "./preparation.ts";
import { problemOf } from "./problem.ts";
import { trustServer } from "./trust-server.ts";
import type { FromWorker, Offer, Start, ToWorker } from "./worker-protocol.ts";

const tell = (message: FromWorker) => postMessage(message);
const leaving = new AbortController();
const record = new OutgoingRecord(tell);
let preparation: Preparation | undefined;

addEventListener("message", ({ data: message }: MessageEvent<ToWorker>) => {
  switch (message.kind) {
    case "start":
      void start(message);
      break;
    case "files":
      void preparation?.read(message.files);
      break;
    case "trial":
      preparation?.useTrial();
      break;
    case "take-part":
      preparation?.takePart();
      break;
    case "leave":
      leaving.abort();
      break;
  }
});

async function start(options: Start): Promise<void> {
  let end: { reason: Farewell } | { code: string; problem: string };
  try {
    end = { reason: await participate(options) };
  } catch (error) {
    end = problemOf(error);
  }
  record.handshakeEnds();
  record.flush();
  tell({ kind: "ended", end });
}

async function participate({ link, name, slot, pinned }: Start): Promise<Farewell> {
  const tab = await claimIdentity(slot).catch((cause) => {
    throw new InputError(
      "join.browser",
      "This browser cannot make the key that taking part needs (Ed25519, on a page of https or of this machine): use a browser of 2025 or later.",
      { cause },
    );
  });
  const { identity } = tab;
  const ownModel = new OwnModelRecord(tab.slot, tell);
  let server = "";
  let joined: { readonly name: string; readonly received: ReceivedPlan } | undefined;
  tell({ kind: "identity", fingerprint: await fingerprint(identity.publicKey), slot: tab.slot });
  const observe = (event: JoinEvent) => {
    if (event.kind === "planned") joined = event;
    if (event.kind === "model") ownModel.renew(joined!.received, joined!.name, event.round, event.model);
    else report(event);
  };
  try {
    const reason = await joinRun({
      ...{ identity, name, clock: browserClock, random: Math.random, signal: leaving.signal, observe },
      connect: () => connectWebSocket(websocketUrl(link), record),
      expect: async (publicKey) => {
        server = await fingerprint(publicKey);
        const trust = trustServer({ key: server, linked: link.serverKey, pinned });
        tell({ kind: "server-key", fingerprint: server, trust });
      },
      prove: proofOf(link),
      prepare: (received) => {
        preparation = new Preparation(received, tell);
        return preparation.prepared;
      },
      recall: (received, name) => ownModel.begin(received, name),
    });
    if (reason === "finished") await ownModel.finished(server);
    return reason;
  } finally {
    // The page ends this worker when it hears that it is over.
    await ownModel.settled();
  }
}

function proofOf({ token }: JoinLink) {
  if (token === undefined) return undefined;
  return async (transcript: Uint8Array) => ({
    id: await tokenId(await tokenHash(token)),
    proof: await proveToken(token, transcript),
  });
}

function report(event: Exclude<JoinEvent, { kind: "model" }>): void {
  if (event.kind === "connecting") record.handshakeBegins();
  else if (event.kind === "connected" || event.kind === "waiting") record.handshakeEnds();
  if (event.kind === "planned") tell({ kind: "planned", name: event.name, offer: offerOf(event.received) });
  else if (event.kind === "sent") tell(event);
  else tell({ kind: "event", event });
}

function offerOf({ plan, bundle: { task, work, corrected }, trial }: ReceivedPlan): Offer {
  return { plan, task, work, corrected, hasTrial: trial !== undefined };
}
