/** What the page knows, and what its owner can do. The worker's messages change the one, the other are its orders. */
import { batch, computed, signal } from "@preact/signals";
import type { EngineMeasurement } from "../../src/learn/probe.ts";
import type { JoinLink } from "../../src/runtime/session/join-link.ts";
import type { ClientFile } from "./data/client-file.ts";
import type { DataSummary } from "./data-summary.ts";
import { keep, readInvitation } from "./invitation.ts";
import { pinKey, pinnedKey } from "./pinned-keys.ts";
import { noProgress, type Progress, progressAfter } from "./progress.ts";
import { emptyLog, logAfter, type TranscriptLog } from "./transcript-log.ts";
import type { Trust } from "./trust-server.ts";
import type { End, FromWorker, Offer, OwnModelDownload, ToWorker } from "./worker-protocol.ts";

export type Phase = "invited" | "connecting" | "preparing" | "taking-part" | "ended";

export type ConnectionState =
  | { readonly kind: "none" | "connecting" | "connected" }
  /** @param until the next attempt, in milliseconds of `performance.now()` */
  | { readonly kind: "waiting"; readonly until: number; readonly reason: string };

export type DataState =
  | { readonly kind: "none" | "reading" }
  | { readonly kind: "problem"; readonly problem: string }
  | ({ readonly kind: "read" } & DataSummary);

export type DeviceState =
  | { readonly kind: "unmeasured" | "measuring" }
  | { readonly kind: "problem"; readonly problem: string }
  | {
      readonly kind: "measured";
      readonly measurements: readonly EngineMeasurement[];
      readonly chosen: string;
    };

export const phase = signal<Phase>("invited");
export const invitation = signal<JoinLink | null>(null);
/** What is wrong with the invitation. */
export const invitationProblem = signal<string | null>(null);
/** Whether the page was reloaded while it took part. */
export const isReloaded = signal(false);
export const connection = signal<ConnectionState>({ kind: "none" });
/** Fingerprint of this tab's key. */
export const ownKey = signal<string | null>(null);
/** The name that the server has given. */
export const ownName = signal<string | null>(null);
export const server = signal<{ readonly fingerprint: string; readonly trust: Trust } | null>(null);
export const offer = signal<Offer | null>(null);
export const data = signal<DataState>({ kind: "none" });
export const device = signal<DeviceState>({ kind: "unmeasured" });
export const progress = signal<Progress>(noProgress);
export const log = signal<TranscriptLog>(emptyLog);
/** Bytes that the connection was given, with all that keeps it up. */
export const wireBytes = signal(0);
const newestModel = signal<OwnModelDownload | null>(null);
/**
 * This tab's own model, newest: of this run, also from before a reload. Until a server has answered nobody knows which run
 * this is, and what is kept is shown of whichever run it is.
 */
export const ownModel = computed(() => {
  const model = newestModel.value;
  return server.value === null || server.value.fingerprint === model?.server ? model : null;
});
export const isLeaving = signal(false);
export const end = signal<End | null>(null);

let worker: Worker | undefined;
let slot: number | undefined;

/** Reads the invitation; after a reload in the midst of things, goes on at once. */
export function resume(): void {
  const read = readInvitation();
  if ("problem" in read) {
    invitationProblem.value = read.problem;
    return;
  }
  invitation.value = read.link;
  slot = read.kept.slot;
  if (read.kept.connected === undefined) return;
  isReloaded.value = true;
  connect(read.kept.connected.name);
}

/** @param name the name that the owner would like to have */
export function connect(name: string | undefined): void {
  const link = invitation.value!;
  keep({ connected: { name } });
  phase.value = "connecting";
  worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = ({ data: message }: MessageEvent<FromWorker>) => batch(() => receive(message));
  worker.onerror = ({ message }) =>
    finish({
      code: "join.page",
      problem: `The page's worker has failed: ${message || "it could not be loaded"}`,
    });
  tell({ kind: "start", link, name, slot, pinned: pinnedKey(link.url) });
}

export function giveFiles(files: readonly ClientFile[]): void {
  data.value = { kind: "reading" };
  tell({ kind: "files", files });
}

/** Something is wrong with the files before anybody has read them. */
export function giveProblem(problem: string): void {
  data.value = { kind: "problem", problem };
}

export function giveTrial(): void {
  data.value = { kind: "reading" };
  tell({ kind: "trial" });
}

export function takePart(): void {
  phase.value = "taking-part";
  tell({ kind: "take-part" });
}

export function leave(): void {
  isLeaving.value = true;
  tell({ kind: "leave" });
}

function tell(message: ToWorker): void {
  worker?.postMessage(message);
}

function receive(message: FromWorker): void {
  switch (message.kind) {
    case "identity":
      ownKey.value = message.fingerprint;
      slot = message.slot;
      keep({ slot });
      break;
    case "server-key":
      server.value = message;
      pinKey(invitation.value!.url, message.fingerprint);
      break;
    case "planned":
      // Also when the server comes back with another plan: nothing of the one before it holds.
      ownName.value = message.name;
      offer.value = message.offer;
      data.value = { kind: "none" };
      device.value = { kind: "unmeasured" };
      progress.value = noProgress;
      phase.value = "preparing";
      break;
    case "data":
      data.value = { kind: "read", ...message.data };
      if (device.value.kind === "unmeasured") device.value = { kind: "measuring" };
      break;
    case "data-problem":
      data.value = { kind: "problem", problem: message.problem };
      break;
    case "measured":
      device.value = message;
      break;
    case "device-problem":
      device.value = { kind: "problem", problem: message.problem };
      break;
    case "event":
      observe(message.event);
      break;
    case "sent":
      log.value = logAfter(log.value, message.message);
      break;
    case "own-model":
      newestModel.value = message.model;
      break;
    case "wire":
      wireBytes.value = message.bytes;
      break;
    case "ended":
      finish(message.end);
      break;
  }
}

function observe(event: Extract<FromWorker, { kind: "event" }>["event"]): void {
  progress.value = progressAfter(progress.value, event);
  if (event.kind === "connecting" || event.kind === "connected") connection.value = { kind: event.kind };
  else if (event.kind === "waiting") {
    const until = performance.now() + event.seconds * 1000;
    connection.value = { kind: "waiting", until, reason: event.reason };
  }
}

function finish(how: End): void {
  worker?.terminate();
  worker = undefined;
  keep({ connected: undefined });
  connection.value = { kind: "none" };
  end.value = how;
  phase.value = "ended";
}
