/**
 * Runs one attempt at a round of any protocol to its end, for tests: the halves themselves, without the machines
 * around them, without a clock. Messages pass through the real wire codec, as long as nothing else is asked for.
 * Everything else is the test's to say: who trains, who leaves before which message, which messages are lost or
 * tampered with, in which order things happen, when time is up. The same `Drive` always runs the same way.
 */
import type { Job, JobResult } from "../../federated/jobs.ts";
import type {
  ClientContribution,
  ClientHalf,
  ClientStep,
  Combined,
  Outgoing,
  Protocol,
  ServerHalf,
  ServerStep,
  Step,
} from "../../federated/protocol.ts";
import { SimulationRandom } from "../../numeric/random.ts";
import type { Message } from "../../runtime/message.ts";
import type { PartyId } from "../../runtime/party.ts";
import { decodeMessage, encodeMessage } from "../../runtime/wire/frame.ts";

/** A message on its way; `message.kind` without the protocol's prefix, `message.body.attempt` as the machines add it. */
export interface Envelope {
  readonly from: PartyId;
  readonly to: PartyId;
  readonly message: Message;
}

/**
 * What becomes of a message: it arrives, or never does, or others arrive in its place. Or its sender is gone just
 * before it would have sent it, for the rest of the round: `leave` tells the server so, `vanish` tells nobody.
 */
export type Fate = "deliver" | "lose" | "leave" | "vanish" | readonly Envelope[];

/** The halves of a run; they may be driven through one round after the other. */
export interface Halves {
  readonly protocol: Protocol;
  readonly server: ServerHalf;
  readonly clients: Map<PartyId, ClientHalf>;
}

export interface Drive {
  readonly halves: Halves;
  /** What the clients of the cohort have learnt; null: training does not end in time. */
  readonly cohort: ReadonlyMap<PartyId, ClientContribution | null>;
  /** Length of an update. */
  readonly dimension: number;
  /** What training starts from; zeros when absent. */
  readonly models?: ReadonlyMap<PartyId, Float32Array>;
  /** Does what clients ask for; null: not in time. Without it a drive does no jobs. */
  readonly execute?: (job: Job, client: PartyId) => JobResult | null;
  readonly round?: number;
  readonly attempt?: number;
  readonly minimum?: number;
  readonly target?: number;
  /** Asked once for each recipient, in the order of sending. Default: all are delivered. */
  readonly fate?: (envelope: Envelope) => Fate;
  /** Events happen in an order drawn from this seed. Absent: first come, first served. */
  readonly seed?: number;
  /** With a seed: probability that a phase's time is up, before each event. Default 0. */
  readonly impatience?: number;
  /** Default: when nothing else is left to happen, the phase's time is up. `never`: then the drive throws. */
  readonly deadline?: "when idle" | "never";
  /** Replaces each client half by one restored from its snapshot, before every event. */
  readonly reload?: boolean;
  /** Messages arrive as they were sent, past the codec: for thousands of rounds. */
  readonly unframed?: boolean;
}

export interface Driven {
  /** One of the two, always. */
  readonly result?: Combined;
  readonly abort?: { readonly code: string; readonly reason: string };
  readonly rejected: readonly { readonly client: PartyId; readonly code: string; readonly reason: string }[];
  /** Handed on by clients under a personal protocol. */
  readonly models: ReadonlyMap<PartyId, Float32Array>;
  /** Phases that the server half began, in order; its first one has no name. */
  readonly phases: readonly string[];
  /** What was put on the wire: what was lost is in it, what a gone client would have sent is not. */
  readonly sent: readonly Envelope[];
}

type Event =
  | { readonly kind: "message"; readonly envelope: Envelope }
  | { readonly kind: "trained"; readonly client: PartyId }
  | { readonly kind: "done"; readonly client: PartyId; readonly id: string; readonly result: JobResult }
  | { readonly kind: "left"; readonly client: PartyId };

const SERVER = "server";
const MAX_DEADLINES = 1000;

export function makeHalves(protocol: Protocol, clients: readonly PartyId[]): Halves {
  return {
    protocol,
    server: protocol.server(),
    clients: new Map(clients.map((client) => [client, protocol.client(client)])),
  };
}

/** @throws Error when the round can never end */
export function drive(options: Drive): Driven {
  return new Driver(options).run();
}

class Driver {
  readonly #options: Drive;
  readonly #random: SimulationRandom | undefined;
  readonly #events: Event[] = [];
  readonly #gone = new Set<PartyId>();
  readonly #models = new Map<PartyId, Float32Array>();
  readonly #phases: string[] = [];
  readonly #sent: Envelope[] = [];
  readonly #rejected: Driven["rejected"][number][] = [];
  #end: Pick<Driven, "result" | "abort"> | undefined;

  constructor(options: Drive) {
    this.#options = options;
    this.#random = options.seed === undefined ? undefined : SimulationRandom.fromSeed(options.seed);
  }

  run(): Driven {
    this.#open();
    for (let deadlines = 0; this.#end === undefined; ) {
      const isImpatient =
        this.#random !== undefined && this.#random.uniform() < (this.#options.impatience ?? 0);
      if (this.#events.length > 0 && !isImpatient) {
        this.#happen(this.#next());
      } else {
        if (this.#options.deadline === "never" || ++deadlines > MAX_DEADLINES) {
          throw new Error(`The round never ends: it is stuck in phase "${this.#phases.at(-1)}".`);
        }
        this.#deadline();
      }
    }
    return {
      ...this.#end,
      ...{ rejected: this.#rejected, models: this.#models, phases: this.#phases, sent: this.#sent },
    };
  }

  #open(): void {
    const { halves, cohort, dimension, round = 1, attempt = 1, minimum = 1, seed = 1 } = this.#options;
    const clients = [...cohort.keys()];
    const zero = new Float32Array(dimension);
    const { plan = null, step = {} } = halves.server.open({
      ...{ round, attempt, clients, minimum, target: this.#options.target ?? clients.length, dimension },
      model: zero,
      work: { epochs: 1, batch: 1, optimizer: { kind: "sgd", rate: 1 } },
      random: SimulationRandom.fromSeed(seed).stream("combine", round, attempt),
    });
    this.#carryOut(step);
    for (const client of clients) {
      const model = this.#options.models?.get(client) ?? zero;
      const opened = halves.clients.get(client)!.open({ round, attempt, plan, dimension, model });
      this.#carryOutFor(client, opened);
      if (cohort.get(client) !== null) this.#events.push({ kind: "trained", client });
    }
  }

  #next(): Event {
    const index = this.#random === undefined ? 0 : this.#random.integer(this.#events.length);
    return this.#events.splice(index, 1)[0];
  }

  #happen(event: Event): void {
    const { server } = this.#options.halves;
    if (event.kind === "left") {
      this.#carryOut(server.left(event.client));
    } else if (event.kind === "trained") {
      const contribution = this.#options.cohort.get(event.client)!;
      if (!this.#gone.has(event.client))
        this.#carryOutFor(event.client, this.#client(event.client).contribute(contribution));
    } else if (event.kind === "done") {
      if (this.#gone.has(event.client)) return;
      this.#carryOutFor(event.client, this.#client(event.client).done?.(event.id, event.result) ?? {});
    } else {
      const { from, to, message } = event.envelope;
      if (to === SERVER) this.#carryOut(server.message(from, message));
      else if (this.#options.cohort.has(to) && !this.#gone.has(to)) {
        this.#carryOutFor(to, this.#client(to).message(from, message));
      }
    }
  }

  #client(id: PartyId): ClientHalf {
    const { protocol, clients } = this.#options.halves;
    if (this.#options.reload) {
      const state = structuredClone(clients.get(id)!.snapshot?.());
      const half = protocol.client(id);
      half.restore?.(state);
      clients.set(id, half);
    }
    return clients.get(id)!;
  }

  #deadline(): void {
    const step = this.#options.halves.server.deadline();
    const goesOn = step.result || step.abort || step.phase !== undefined;
    const abort = { code: "round.unfinished", reason: "Time was up and the protocol could not finish." };
    this.#carryOut(goesOn ? step : { ...step, abort });
  }

  #carryOut(step: ServerStep): void {
    this.#send(SERVER, step);
    this.#rejected.push(...(step.rejected ?? []));
    if (step.phase !== undefined) this.#phases.push(step.phase);
    if (step.abort) this.#end = { abort: step.abort };
    else if (step.result) this.#end = { result: step.result };
  }

  #carryOutFor(client: PartyId, step: ClientStep): void {
    if (step.model !== undefined) this.#models.set(client, step.model);
    for (const { id, job } of step.jobs ?? []) {
      if (!this.#options.execute) throw new Error("This drive does no jobs.");
      const result = this.#options.execute(job, client);
      if (result !== null) this.#events.push({ kind: "done", client, id, result });
    }
    this.#send(client, step);
  }

  #send(from: PartyId, step: Step): void {
    for (const outgoing of step.send ?? []) {
      const message = this.#messageOf(outgoing);
      const frame = this.#options.unframed ? undefined : encodeMessage(message);
      for (const to of outgoing.to) {
        if (this.#gone.has(from)) break;
        // What is decoded are views of the frame: nobody is to share memory with anybody.
        this.#sendOne({ from, to, message: frame ? decodeMessage(frame.slice()) : message });
      }
    }
  }

  #messageOf({ kind, body, tensors }: Outgoing): Message {
    const { round = 1, attempt = 1 } = this.#options;
    return { kind, round, body: { ...body, attempt }, ...(tensors && { tensors }) };
  }

  #sendOne(envelope: Envelope): void {
    const fate = this.#options.fate?.(envelope) ?? "deliver";
    if (fate === "leave" || fate === "vanish") {
      this.#gone.add(envelope.from);
      if (fate === "leave") this.#events.push({ kind: "left", client: envelope.from });
      return;
    }
    this.#sent.push(envelope);
    const arriving = fate === "deliver" ? [envelope] : fate === "lose" ? [] : fate;
    for (const one of arriving) this.#events.push({ kind: "message", envelope: one });
  }
}
