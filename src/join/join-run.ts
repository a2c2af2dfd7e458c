/**
 * A client's part in a real run, the same in Node and in a browser tab: it comes to the server, learns the plan, has
 * its owner's data made ready, and then its machine trains and answers until the run is over. A broken connection
 * changes nothing but the time it takes; after a restart of the server the client goes on from the round that the
 * server goes on from.
 */

import type { ClientData } from "../data/client-data.ts";
import { type ClientPlan, FederatedClient } from "../federated/client.ts";
import type { Job, JobResult } from "../federated/jobs.ts";
import type { Trainer } from "../learn/training.ts";
import { SimulationRandom } from "../numeric/random.ts";
import { type ProtocolEnvironment, protocolEnvironment, protocolOf } from "../recipe/components.ts";
import type { PartyEvent } from "../records/events.ts";
import { Host } from "../runtime/host/host.ts";
import type { Message } from "../runtime/message.ts";
import { withAbsences } from "../runtime/network/absences.ts";
import { FaultySender } from "../runtime/network/faulty-sender.ts";
import { type Absence, createNetwork } from "../runtime/network/network.ts";
import type { PartyId } from "../runtime/party.ts";
import type { Farewell } from "../runtime/session/control.ts";
import { Dial, type DialOptions, type DialStatus } from "../runtime/session/dial.ts";
import { fingerprint } from "../runtime/session/identity.ts";
import { decodeMessage, encodeMessage } from "../runtime/wire/frame.ts";
import { FrameError } from "../runtime/wire/frame-error.ts";
import type { Cryptography } from "../secure/cryptography.ts";
import { decodePlan } from "./decode-plan.ts";
import { ownEmbeddings } from "./own-embeddings.ts";
import { OwnModelWatch } from "./own-model-watch.ts";
import { protectionOf } from "./protection.ts";
import type { ReceivedPlan, RunPlan } from "./run-plan.ts";
import { describeMessage, type SentMessage } from "./transcript.ts";

export interface JoinOptions
  extends Pick<
    DialOptions,
    "connect" | "clock" | "identity" | "name" | "expect" | "prove" | "random" | "patience"
  > {
  /** Reads the data and chooses an engine; called again only when the plan has changed. Throws to decline. */
  readonly prepare: (received: ReceivedPlan) => Promise<Prepared>;
  /**
   * Under a personal protocol, before the first round: the client's model as it was when it last took part; undefined for
   * the one that the run's clients begin with.
   *
   * @param name of the client in the run
   */
  readonly recall: (received: ReceivedPlan, name: string) => Promise<Float32Array | undefined>;
  readonly observe: (event: JoinEvent) => void;
  /** What secure protocols reckon with; in JavaScript when absent. */
  readonly cryptography?: Cryptography;
  /** Aborting leaves the run in an orderly way. */
  readonly signal?: AbortSignal;
}

/** What a client brings to the rounds. */
export interface Prepared {
  readonly trainer: Trainer;
  /** What the trainer trains on. */
  readonly data: ClientData;
}

export type JoinEvent =
  | DialStatus
  | { readonly kind: "planned"; readonly name: string; readonly received: ReceivedPlan }
  | { readonly kind: "ready" }
  | { readonly kind: "round-started"; readonly round: number; readonly bytes: number }
  | {
      readonly kind: "trained";
      readonly round: number;
      readonly seconds: number;
      readonly examples: number;
      readonly loss: number;
    }
  /** Under a personal protocol: what the round in progress has made of the client's own model, on what it holds out. */
  | {
      readonly kind: "measured";
      readonly round: number;
      readonly examples: number;
      readonly accuracy: number;
      readonly loss: number;
    }
  | { readonly kind: "round-closed"; readonly round: number; readonly accepted: boolean }
  /** Under a personal protocol: the client's own model after a round that counted for it. */
  | { readonly kind: "model"; readonly round: number; readonly model: Float32Array }
  | { readonly kind: "sent"; readonly message: SentMessage }
  /** A message was refused at this end or the other; the run goes on. */
  | { readonly kind: "refused"; readonly code: string; readonly reason: string };

/** Largest message from the server: the codec's own limit, about 4 GiB. */
const MAX_MESSAGE_BYTES = 2 ** 32;

/**
 * Takes part until the run is over.
 *
 * @returns how it ended: `finished`, `left` (of the client's own will), `failed` (the run), `stopped`
 * @throws what `prepare` and `connect` throw of Coterie's own errors, and SessionError `session.*` when the server
 *   refuses the client, or cannot be reached for longer than `patience`
 */
export function joinRun(options: JoinOptions): Promise<Farewell> {
  return new Promise((resolve, reject) => {
    const membership = new Membership(options, resolve, reject);
    membership.start();
  });
}

class Membership {
  readonly #options: JoinOptions;
  readonly #dial: Dial;
  readonly #resolve: (reason: Farewell) => void;
  readonly #reject: (error: unknown) => void;
  #name = "";
  #planText: string | undefined;
  /** Whether updates carry noise. */
  #hasNoise = false;
  /** Fingerprint. */
  #serverKey = "";
  #trainer: Trainer | undefined;
  /** Under a personal protocol. */
  #ownModel: OwnModelWatch | undefined;
  #host: Host<Job, JobResult, PartyEvent> | undefined;
  #sender: FaultySender | undefined;
  #isOver = false;
  /** In progress, or the last one. */
  #round = 0;
  /** Sessions so far; a plan is answered in the session that it came in, or not at all. */
  #sessions = 0;
  /** Plans are dealt with one after the other: the next may come while the data are still being read for one. */
  #planning: Promise<void> = Promise.resolve();
  /** What went wrong here; told once the server knows that the client has left. */
  #failure: { readonly error: unknown } | undefined;

  constructor(options: JoinOptions, resolve: (reason: Farewell) => void, reject: (error: unknown) => void) {
    const { connect, clock, identity, name, expect, prove, random, patience, observe } = options;
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#dial = new Dial({
      ...{ connect, clock, identity, name, prove, random, patience },
      expect: async (publicKey) => {
        await expect(publicKey);
        this.#serverKey = await fingerprint(publicKey);
      },
      maxMessageBytes: MAX_MESSAGE_BYTES,
      renewed: (welcome) => {
        this.#name = welcome.name;
        this.#sessions++;
        // The server knows nothing of what was going on; an answer to it would be the first thing that it hears.
        this.#sender?.close();
        this.#host?.joined("server");
      },
      deliver: (frame, { from = "server" }) => this.#deliver(from, frame),
      refuse: ({ code, message }) => observe({ kind: "refused", code, reason: message }),
      status: observe,
      over: (end) => {
        this.#isOver = true;
        this.#sessions++;
        this.#closeHost();
        void this.#planning.then(() => this.#trainer?.[Symbol.asyncDispose]());
        if (this.#failure) this.#reject(this.#failure.error);
        else if ("error" in end) this.#reject(end.error);
        else this.#resolve(end.reason);
      },
    });
  }

  start(): void {
    const { signal } = this.#options;
    signal?.addEventListener("abort", () => this.#dial.leave(), { once: true });
    if (signal?.aborted) this.#dial.leave();
    else this.#dial.start();
  }

  /** @param from the server, or a client whose message the server has passed on: only the protocol listens to that */
  #deliver(from: PartyId, frame: Uint8Array): void {
    if (from !== "server") {
      this.#host?.receive(from, frame);
      return;
    }
    let message: Message;
    try {
      message = decodeMessage(frame, { maxBytes: MAX_MESSAGE_BYTES });
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#options.observe({ kind: "refused", code: error.code, reason: error.message });
      return;
    }
    if (message.kind === "plan") {
      const session = this.#sessions;
      this.#planning = this.#planning
        .then(() => this.#planned(message, session))
        .catch((error) => this.#fail(error));
      return;
    }
    const { round } = message;
    if (message.kind === "round") {
      this.#round = round;
      this.#options.observe({ kind: "round-started", round, bytes: frame.length });
    } else if (message.kind === "close") {
      this.#options.observe({ kind: "round-closed", round, accepted: message.body?.accepted === true });
    }
    this.#host?.receive("server", frame);
    if (message.kind === "round" || message.kind === "close") this.#ownModel?.look();
  }

  /** The first message of every session. */
  async #planned(message: Message, session: number): Promise<void> {
    if (session !== this.#sessions) return;
    const received = decodePlan(message, this.#serverKey);
    const text = JSON.stringify(received.plan);
    if (text !== this.#planText) {
      this.#options.observe({ kind: "planned", name: this.#name, received });
      this.#closeHost();
      await this.#trainer?.[Symbol.asyncDispose]();
      const { prepare, recall } = this.#options;
      const { trainer, data } = await prepare(received);
      this.#trainer = trainer;
      // Nobody waits any more for what would come of it.
      if (this.#isOver) return;
      const embeddings = ownEmbeddings(received, data);
      const initial = received.initial && ((await recall(received, this.#name)) ?? received.initial);
      if (this.#isOver) return;
      this.#planText = text;
      this.#hasNoise = received.plan.privacy !== null;
      this.#host = this.#createHost(received.plan, trainer, {
        ...(embeddings && { embeddings }),
        ...(initial && { initial }),
      });
      if (session !== this.#sessions) return;
    }
    this.#options.observe({ kind: "ready" });
    const ready: Message = { kind: "ready", round: 0 };
    this.#send(["server"], encodeMessage(ready), ready);
  }

  #createHost(
    plan: RunPlan,
    trainer: Trainer,
    { embeddings, initial }: Pick<ProtocolEnvironment, "embeddings"> & Pick<ClientPlan, "initial">,
  ): Host<Job, JobResult, PartyEvent> {
    const { clock, observe, cryptography } = this.#options;
    const id = this.#name;
    const random = SimulationRandom.fromSeed(plan.seed);
    const { dimension, checkpointEvery } = plan;
    const client = { id, shard: 0, dimension, checkpointEvery, ...(initial && { initial }) };
    const own = { ...(cryptography && { cryptography }), ...(embeddings && { embeddings }) };
    const protocol = protocolOf(plan, protocolEnvironment(random, own));
    const party = new FederatedClient(client, protocol, random.stream("client", id));
    this.#ownModel = initial && new OwnModelWatch(() => party.confirmed!, observe);
    const network = createNetwork(plan.network ?? null, random, []);
    const sender = new FaultySender({
      ...{ from: id, network, clock },
      send: (to, frame, message) => this.#send(to, frame, message),
    });
    this.#sender = sender;
    return new Host<Job, JobResult, PartyEvent>({
      party: withAbsences(party, id, network, (absence) => this.#absent(absence)),
      clock,
      send: (to, frame) => sender.send(to, frame),
      execute: async (job, signal) => {
        if (job.kind === "train") return trainer.run(job, signal);
        const round = this.#round;
        const result = await trainer.run(job, signal);
        if (job.on === "test" && round === this.#round) {
          const { examples, accuracy, loss } = result;
          observe({ kind: "measured", round, examples, accuracy, loss });
        }
        return result;
      },
      record: (event) => {
        if (event.kind === "client-trained") {
          const { round, virtualSeconds: seconds, examples, loss } = event;
          observe({ kind: "trained", round, seconds, examples, loss });
        } else if (event.kind === "refused") {
          observe({ kind: "refused", code: event.code, reason: event.reason });
        }
      },
      refuse: (_, { code, message }) => observe({ kind: "refused", code, reason: message }),
      finish: (error) => {
        if (error) this.#fail(error);
      },
      maxFrameBytes: MAX_MESSAGE_BYTES,
    });
  }

  /** The recipe wants this client to be absent for a while, though its owner does not. */
  #absent({ kind, returnsAfter }: Absence): void {
    const seconds = returnsAfter ?? 0;
    if (kind === "leave") void this.#dial.interrupt(seconds);
    else {
      this.#host!.start();
      this.#dial.comeBack(seconds);
    }
  }

  #closeHost(): void {
    this.#host?.close();
    this.#sender?.close();
  }

  #send(to: readonly string[], frame: Uint8Array, message: Message): void {
    const sent = {
      wall: Date.now(),
      to,
      bytes: frame.length,
      protection: protectionOf(message.kind, this.#hasNoise),
    };
    this.#options.observe({ kind: "sent", message: describeMessage(message, sent) });
    const others = to.filter((party) => party !== "server");
    if (to.includes("server")) this.#dial.send(frame);
    if (others.length > 0) this.#dial.send(frame, { to: others });
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#dial.leave();
  }
}
