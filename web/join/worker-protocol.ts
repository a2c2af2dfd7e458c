/** What the page and its worker say to each other. The page only shows; all that takes part lives in the worker. */
import type { JoinEvent } from "../../src/join/join-run.ts";
import type { RunPlan } from "../../src/join/run-plan.ts";
import type { SentMessage } from "../../src/join/transcript.ts";
import type { EngineMeasurement } from "../../src/learn/probe.ts";
import type { LocalWork } from "../../src/learn/training.ts";
import type { Farewell } from "../../src/runtime/session/control.ts";
import type { JoinLink } from "../../src/runtime/session/join-link.ts";
import type { ClientFile } from "./data/client-file.ts";
import type { DataSummary } from "./data-summary.ts";
import type { KeptModel } from "./own-model-store.ts";
import type { Trust } from "./trust-server.ts";

export type ToWorker =
  | Start
  /** Read these; takes the place of what was given before. */
  | { readonly kind: "files"; readonly files: readonly ClientFile[] }
  /** Use what the server has dealt. */
  | { readonly kind: "trial" }
  /** The owner agrees: train and send. */
  | { readonly kind: "take-part" }
  | { readonly kind: "leave" };

/** The first message to the worker. */
export interface Start {
  readonly kind: "start";
  readonly link: JoinLink;
  /** The name that the owner would like to have in the run. */
  readonly name: string | undefined;
  /** Where this tab's key was kept before a reload. */
  readonly slot: number | undefined;
  /** Fingerprint of the key that this server had the last time. */
  readonly pinned: string | undefined;
}

export type FromWorker =
  | { readonly kind: "identity"; readonly fingerprint: string; readonly slot: number | undefined }
  /** The server has proven to hold this key. */
  | { readonly kind: "server-key"; readonly fingerprint: string; readonly trust: Trust }
  | { readonly kind: "planned"; readonly name: string; readonly offer: Offer }
  | { readonly kind: "data"; readonly data: DataSummary }
  | { readonly kind: "data-problem"; readonly problem: string }
  | {
      readonly kind: "measured";
      readonly measurements: readonly EngineMeasurement[];
      /** Name of the engine that will train. */
      readonly chosen: string;
    }
  | { readonly kind: "device-problem"; readonly problem: string }
  | { readonly kind: "event"; readonly event: Exclude<JoinEvent, { kind: "planned" | "sent" | "model" }> }
  | { readonly kind: "sent"; readonly message: SentMessage }
  | { readonly kind: "own-model"; readonly model: OwnModelDownload }
  /** Bytes that the connection was given so far, with all that keeps it up. */
  | { readonly kind: "wire"; readonly bytes: number }
  /** The last message of the worker. */
  | { readonly kind: "ended"; readonly end: End };

/** What the server offers; enough to say what will happen. */
export interface Offer {
  readonly plan: RunPlan;
  readonly task: string;
  readonly work: LocalWork;
  /** Whether a control variate travels beside model and update (SCAFFOLD). */
  readonly corrected: boolean;
  /** Whether the server has dealt data for trying out. */
  readonly hasTrial: boolean;
}

/** The model that the tab keeps of its own under a personal protocol. */
export interface OwnModelDownload extends Omit<KeptModel, "bytes"> {
  /** Whether it outlives a reload of the page. */
  readonly isKept: boolean;
  /** A safetensors file. */
  readonly file: Blob;
}

export type End = { readonly reason: Farewell } | { readonly code: string; readonly problem: string };
