/**
 * The server of a real run: the unchanged round machine on a host, clients that come and go through the reception,
 * and what the machine need not know: the plan that every client gets when it comes, messages that go from client to
 * client through here, and whose words are worth a line in the log.
 *
 * A finished round is handed out before the next one begins, and the machine waits until it is on disk: so no round
 * that clients know to be finished can be lost.
 */

import type { ClientData } from "../data/client-data.ts";
import type { DataPlan } from "../data/data-plan.ts";
import { RunError } from "../errors.ts";
import type { Job, JobResult } from "../federated/jobs.ts";
import type { FederatedServer, ServerState } from "../federated/server.ts";
import { encodePlan } from "../join/run-plan.ts";
import type { ProgramBundle } from "../learn/program-bundle.ts";
import type { Trainer } from "../learn/training.ts";
import { faultPlanOf } from "../recipe/fault-plan.ts";
import { isEmbeddings } from "../recipe/protocol-families.ts";
import type { PartyEvent } from "../records/events.ts";
import { isMessageOf } from "../records/message-words.ts";
import type { Clock } from "../runtime/host/clock.ts";
import { Host } from "../runtime/host/host.ts";
import type { Message } from "../runtime/message.ts";
import type { Sent } from "../runtime/message-tally.ts";
import { FaultySender } from "../runtime/network/faulty-sender.ts";
import { createNetwork } from "../runtime/network/network.ts";
import type { PartyId } from "../runtime/party.ts";
import type { Farewell, SessionError } from "../runtime/session/control.ts";
import type { Claim } from "../runtime/session/handshake.ts";
import type { Identity } from "../runtime/session/identity.ts";
import { RateLimit } from "../runtime/session/rate-limit.ts";
import { Reception, type ReceptionLimits } from "../runtime/session/reception.ts";
import { TrafficCounter } from "../runtime/simulation/traffic.ts";
import { decodeMessage, encodeMessage } from "../runtime/wire/frame.ts";
import { FrameError } from "../runtime/wire/frame-error.ts";
import { peekMessage } from "../runtime/wire/peek.ts";
import { createServer, serverProtocol } from "./create-server.ts";
import type { Learnt } from "./export-models.ts";
import type { PreparedModel } from "./prepare.ts";
import { receptionLimits } from "./reception-limits.ts";

export interface ServiceOptions {
  readonly prepared: PreparedModel;
  readonly run: string;
  readonly data: DataPlan;
  readonly bundle: ProgramBundle;
  /** Evaluates the model on the held-out set. */
  readonly trainer: Trainer;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly admit: (claim: Claim) => Promise<PartyId>;
  /** Data for a client that brings none; undefined where every client brings its own. */
  readonly deal?: (client: PartyId) => ClientData;
  /** Goes on from here, where there is a checkpoint. */
  readonly state: ServerState | undefined;
  /** Seconds of the run that are over. */
  readonly at: number;
  /** Whom an earlier life of this server has let in. */
  readonly known: Iterable<PartyId>;
  readonly limits?: Partial<ReceptionLimits>;
  /** Everything that is refused, also what the log does not keep. */
  readonly refused?: (from: PartyId | undefined, code: string) => void;
}

export interface ServiceEvent {
  /** Seconds since the run began. */
  readonly at: number;
  readonly event: PartyEvent;
}

/** Lines a second that one client's refused and late messages may take in the log, and how many at once. */
const NOTED_PER_SECOND = 0.2;
const NOTED_AT_ONCE = 10;

export class Service {
  readonly reception: Reception;
  readonly traffic: TrafficCounter;
  readonly server: FederatedServer;
  readonly #options: ServiceOptions;
  readonly #limits: ReceptionLimits;
  readonly #clock: Clock;
  readonly #host: Host<Job, JobResult, PartyEvent>;
  /** What the machine sends goes through it; the plan does not. */
  readonly #sender: FaultySender;
  /** Those who have read their data and take part. */
  readonly #ready = new Set<PartyId>();
  readonly #betweenClients: boolean;
  /** By client; kept while it is away, or leaving would wipe the slate clean. */
  readonly #noted = new Map<PartyId, RateLimit>();
  /** Who was here before a restart, and has not come back. */
  readonly #missing: Set<PartyId>;
  #events: ServiceEvent[] = [];
  #end: { readonly error?: { readonly code?: string; readonly message: string } } | undefined;
  #wake: () => void = () => {};
  #plan: Uint8Array | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ServiceOptions) {
    const { prepared, trainer, identity, clock, admit } = options;
    this.#options = options;
    const protocol = serverProtocol(prepared);
    this.#betweenClients = protocol.betweenClients ?? false;
    this.traffic = new TrafficCounter((message) => isMessageOf(protocol.kind, message));
    const began = clock.now() - options.at;
    this.#clock = { now: () => clock.now() - began, after: clock.after };
    this.#limits = { ...receptionLimits(prepared), ...options.limits };
    this.#missing = new Set(options.known);
    this.server = createServer(prepared, protocol, options.state);
    this.#sender = new FaultySender({
      from: "server",
      network: createNetwork(prepared.recipe.network, prepared.random, []),
      clock: this.#clock,
      send: (to, frame, message) => this.#send(to, frame, message),
    });
    this.#host = new Host<Job, JobResult, PartyEvent>({
      party: this.server,
      clock: this.#clock,
      send: (to, frame) => this.#sender.send(to, frame),
      execute: (job, signal) => (job.kind === "train" ? trainer.run(job, signal) : trainer.run(job, signal)),
      record: (event) => this.#record(event),
      refuse: (from, { code, message }) => this.#record({ kind: "refused", from, code, reason: message }),
      finish: (error) => {
        this.#end = error === undefined ? {} : { error };
        this.#wake();
      },
    });
    this.reception = new Reception({
      ...{ identity, clock, admit },
      limits: this.#limits,
      joined: (client) => this.#greet(client),
      left: (client) => this.#left(client),
      deliver: (from, frame, to) => this.#deliver(from, frame, to),
      refuse: (from, error) => this.#refused(from, error),
    });
  }

  /** Seconds since the run began. */
  get now(): number {
    return this.#clock.now();
  }

  /** Clients that take part at the moment. */
  get clients(): number {
    return this.#ready.size;
  }

  /** What there is at the end here: the model; nothing where clients have models of their own. */
  get learnt(): Learnt {
    return isEmbeddings(this.#options.prepared.recipe.protocol) ? new Map() : this.server.model;
  }

  /** Whether the rounds are done. */
  get finished(): boolean {
    return this.#end !== undefined && this.#end.error === undefined;
  }

  /**
   * Runs until the machine finishes or `signal` aborts, giving the events in batches. After a batch with a finished
   * round the machine stands still until the next batch is asked for.
   *
   * @throws RunError with the machine's code when it gives up
   */
  async *run(signal?: AbortSignal): AsyncGenerator<ServiceEvent[]> {
    const stop = () => this.#wake();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      this.#host.start();
      for (;;) {
        while (this.#events.length === 0 && this.#end === undefined && !signal?.aborted) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
        if (this.#events.length > 0) {
          const batch = this.#events;
          this.#events = [];
          yield batch;
          if (batch.some(({ event }) => event.kind === "round-finished")) this.#host.release();
          continue;
        }
        if (this.#end?.error) {
          const { code = "run.failed", message } = this.#end.error;
          throw new RunError(code, message);
        }
        return;
      }
    } finally {
      signal?.removeEventListener("abort", stop);
      this.#host.close();
      this.#sender.close();
    }
  }

  /**
   * Takes leave of the clients. That the run is finished is to reach those too who are away for a moment or on their
   * way back after a restart: nobody would ever tell them again.
   */
  close(reason: Farewell): Promise<void> {
    const seconds = reason === "finished" ? this.#limits.grace : SECONDS_TO_LEAVE;
    const isLongAgo = this.now > this.#options.at + this.#limits.grace;
    this.#closing ??= this.reception.close(reason, seconds, isLongAgo ? [] : this.#missing);
    return this.#closing;
  }

  #record(event: PartyEvent): void {
    if (event.kind === "refused") {
      this.#options.refused?.(event.from, event.code);
      if (!this.#isNoted(event.from)) return;
    }
    if (event.kind === "late-answer" && !this.#isNoted(event.client)) return;
    this.#events.push({ at: this.#clock.now(), event });
    // Before anybody hears of the next round, this one is to be on disk.
    if (event.kind === "round-finished") this.#host.hold();
    if (event.kind === "round-failed") this.traffic.attemptFailed();
    this.#wake();
  }

  /** Nobody may fill the log with what was refused. */
  #isNoted(client: PartyId): boolean {
    let limit = this.#noted.get(client);
    if (limit === undefined) {
      limit = new RateLimit(NOTED_PER_SECOND, NOTED_AT_ONCE);
      this.#noted.set(client, limit);
    }
    return limit.allow(this.#clock.now());
  }

  #greet(client: PartyId): void {
    this.#missing.delete(client);
    const { deal } = this.#options;
    if (deal) {
      this.#sendPlan(client, this.#encodePlan(deal(client)));
      return;
    }
    // One plan serves all.
    this.#plan ??= this.#encodePlan();
    this.#sendPlan(client, this.#plan);
  }

  #encodePlan(trial?: ClientData): Uint8Array {
    const { bundle, prepared } = this.#options;
    const initial = isEmbeddings(prepared.recipe.protocol) ? prepared.initial : undefined;
    return encodeMessage(encodePlan(this.#planFields(), { bundle, initial, trial }));
  }

  #sendPlan(client: PartyId, frame: Uint8Array): void {
    this.#send([client], frame, { kind: "plan", round: 0 });
  }

  #planFields() {
    const { prepared, run, data } = this.#options;
    const { name, rounds, checkpoint, deadline, seed, protocol, aggregator, privacy } = prepared.recipe;
    const dimension = prepared.initial.length;
    const network = faultPlanOf(prepared.recipe);
    return {
      version: 1 as const,
      run,
      recipe: name,
      rounds,
      checkpointEvery: checkpoint.every,
      deadline,
      seed,
      dimension,
      protocol,
      aggregator,
      privacy,
      embeddings: isEmbeddings(protocol) ? prepared.task.embeddings! : null,
      data,
      ...(network && { network }),
    };
  }

  #left(client: PartyId): void {
    if (this.#ready.delete(client)) this.#host.left(client);
  }

  #deliver(from: PartyId, frame: Uint8Array, to: readonly PartyId[] | undefined): void {
    if (to !== undefined) this.#relay(from, frame, to);
    else {
      this.#count(from, "server", frame, peekMessage(frame));
      // Between rounds nothing is waited for; what came now would only fill the memory until the last is on disk.
      if (this.#ready.has(from) && this.#host.held) {
        this.#record({ kind: "late-answer", round: this.server.round, client: from });
      } else if (this.#ready.has(from)) this.#host.receive(from, frame);
      else this.#admitReady(from, frame);
    }
  }

  /** Clients know each other through the protocol alone; what is in the frame is for the receiver to judge. */
  #relay(from: PartyId, frame: Uint8Array, to: readonly PartyId[]): void {
    if (!this.#betweenClients) {
      const reason = "Clients do not send to each other under this protocol.";
      this.#record({ kind: "refused", from, code: "session.relay", reason });
      return;
    }
    const message = peekMessage(frame);
    for (const client of new Set(to)) {
      if (!this.#ready.has(from) || !this.#ready.has(client)) continue;
      this.#count(from, client, frame, message);
      this.reception.send(client, frame, { from });
    }
  }

  #admitReady(client: PartyId, frame: Uint8Array): void {
    try {
      if (decodeMessage(frame).kind === "ready") {
        this.#ready.add(client);
        this.#host.joined(client);
        return;
      }
      const reason = "The client sent a message before it was ready.";
      this.#record({ kind: "refused", from: client, code: "session.not-ready", reason });
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#record({ kind: "refused", from: client, code: error.code, reason: error.message });
    }
  }

  #refused(from: PartyId | undefined, { code, message: reason }: SessionError): void {
    if (from === undefined) this.#options.refused?.(undefined, code);
    else this.#record({ kind: "refused", from, code, reason });
  }

  #send(to: readonly PartyId[], frame: Uint8Array, message: Pick<Message, "kind" | "round">): void {
    for (const client of to) {
      this.#count("server", client, frame, message);
      this.reception.send(client, frame);
    }
  }

  #count(from: PartyId, to: PartyId, frame: Uint8Array, message: Sent["message"]): void {
    this.traffic.count({ from, to, bytes: frame.length, message, at: this.#clock.now() });
  }
}

/** Seconds that clients get to take their leave at the end. */
const SECONDS_TO_LEAVE = 5;
