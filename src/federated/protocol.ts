/**
 * How the updates of a round become one: in the clear, masked, coded. A protocol has a server half and a client
 * half, both pure machines that answer every input with a `Step`; the round machines (`server.ts`, `client.ts`)
 * carry out the steps and know nothing of masks, shares or codes. Any number of message phases fits in between,
 * also before the first round (`setup`), also from client to client, also with work on the server (`jobs`).
 *
 * Halves live as long as the run. Messages reach them only when they belong to the round and attempt in progress
 * and come from a member of its cohort; bodies are untrusted and theirs to check.
 */
import type { LocalWork } from "../learn/training.ts";
import type { SimulationRandom } from "../numeric/random.ts";
import type { Json, Message, Tensor } from "../runtime/message.ts";
import type { PartyId } from "../runtime/party.ts";
import type { Job, JobResult } from "./jobs.ts";

/** What a half wants done. An empty step is `{}`. */
export interface Step {
  readonly send?: readonly Outgoing[];
  /** Work whose result comes back through `done`, unless the round or attempt has ended by then. */
  readonly jobs?: readonly { readonly id: string; readonly job: Job }[];
}

export interface Outgoing {
  readonly to: readonly PartyId[];
  /** Without the protocol's prefix; the machines add it. */
  readonly kind: string;
  readonly body?: Readonly<Record<string, Json>>;
  readonly tensors?: Readonly<Record<string, Tensor>>;
}

export interface ClientStep extends Step {
  /** Under a personal protocol: the client's model once the round counts. */
  readonly model?: Float32Array;
}

export interface ServerStep extends Step {
  /** A new phase of messages begins: the round's deadline starts afresh. */
  readonly phase?: string;
  /** Clients of the cohort whose contribution was refused, each with the reason. */
  readonly rejected?: readonly { readonly client: PartyId; readonly code: string; readonly reason: string }[];
  /** The set-up is over and rounds may begin. */
  readonly ready?: true;
  /** The round's outcome; ends the round. */
  readonly result?: Combined;
  /** The round cannot be finished; it is tried again with a new cohort. */
  readonly abort?: { readonly code: string; readonly reason: string };
}

export interface Combined {
  /** The combined update: for plain averaging, the weighted mean. */
  readonly update: Float32Array;
  /** Who took part to the end, those excluded included. */
  readonly contributors: readonly PartyId[];
  /** Contributors whose updates a robust rule left out. */
  readonly excluded?: readonly PartyId[];
  /** Means over the contributors, where the protocol reveals them. */
  readonly metrics?: ContributionMetrics;
  /** Figures of the method in this round, for the log and the summary. */
  readonly figures?: Readonly<Record<string, Json>>;
}

export interface ContributionMetrics {
  /** Accuracy and loss of the round's model on the client's own data, when clients evaluate. */
  readonly accuracy?: number;
  readonly loss?: number;
}

export interface Cohort {
  readonly round: number;
  readonly attempt: number;
  readonly clients: readonly PartyId[];
  /** The fewest contributions that make a round. */
  readonly minimum: number;
  /** Answers wanted; with over-selection fewer than `clients.length`. */
  readonly target: number;
  /** Length of an update. */
  readonly dimension: number;
  /** The round's model, and how the clients train on it. */
  readonly model: Float32Array;
  readonly work: LocalWork;
  /** Of this attempt; simulation randomness, never for secrets. */
  readonly random: SimulationRandom;
}

export interface ServerHalf {
  /** Once, before the first round, with all registered clients. Absent: ready at once. */
  setup?(clients: readonly PartyId[]): ServerStep;
  /** A round starts; `plan` travels to the clients with the model. */
  open(cohort: Cohort): { readonly plan?: Json; readonly step?: ServerStep };
  message(from: PartyId, message: Message): ServerStep;
  done?(id: string, result: JobResult): ServerStep;
  /** A member of the cohort has left. */
  left(client: PartyId): ServerStep;
  /** Time is up for the phase: finish with what is there, begin the next phase, or abort; a step that does none of it aborts. */
  deadline(): ServerStep;
  /** State that outlives rounds, as plain data; taken only between rounds. */
  snapshot?(): unknown;
  restore?(state: unknown): void;
}

export interface ClientContribution {
  readonly update: Float32Array;
  readonly examples: number;
  readonly metrics: ContributionMetrics;
}

export interface ClientHalf {
  /** The client was asked; local training starts at the same time. */
  open(round: {
    readonly round: number;
    readonly attempt: number;
    readonly plan: Json;
    readonly dimension: number;
    /** What local training starts from, length d: the round's model, or the client's own under a personal protocol. */
    readonly model: Float32Array;
  }): ClientStep;
  /** Local training is finished. */
  contribute(contribution: ClientContribution): ClientStep;
  /** From the server or from another client of the cohort, until the round is closed or the client crashes. */
  message(from: PartyId, message: Message): ClientStep;
  done?(id: string, result: JobResult): ClientStep;
  /** All state as plain data; taken at any moment, also in the midst of a round. Absent: there is none. */
  snapshot?(): unknown;
  restore?(state: unknown): void;
}

export interface Protocol {
  readonly kind: string;
  /** Whether clients send to each other; a server of real clients passes nothing on otherwise. Default false. */
  readonly betweenClients?: boolean;
  /**
   * Every client keeps a model of its own, which the rounds improve: the server holds none, sends none and measures
   * none. What a round's accuracy is, its result says (`metrics`); its `update` is empty. Default false.
   */
  readonly personal?: boolean;
  /** The fewest clients with which a round can come to a result; none is opened with fewer. Default 1. */
  readonly needs?: number;
  server(): ServerHalf;
  client(me: PartyId): ClientHalf;
}
