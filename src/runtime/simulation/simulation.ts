/**
 * The simulated fabric: a discrete-event loop that drives the parties' machines. Time is a number that jumps
 * from event to event, never a sleep; messages pass through the real wire codec, so byte counts are true; jobs
 * are real work, executed outside (worker threads) while the clock stands, at most `lookahead` at a time and in
 * the order in which the simulation needs their results. Results, times and bytes depend only on the parties,
 * the network's seed and the jobs: never on how fast or how parallel the machine is.
 *
 * The whole world (clock, queue, messages in flight, unfinished jobs, parties) is plain data: `snapshot`, taken
 * between two batches of events, continues bit for bit after `restore`.
 */
import { RunError } from "../../errors.ts";
import type { Message } from "../message.ts";
import { arrivals } from "../network/message-faults.ts";
import type { Network } from "../network/network.ts";
import type { Effect, Input, Party, PartyId } from "../party.ts";
import { decodeMessage, encodeMessage } from "../wire/frame.ts";
import { FrameError } from "../wire/frame-error.ts";
import { EventQueue, type QueueSnapshot } from "./event-queue.ts";
import { JobRunner } from "./job-runner.ts";
import { TrafficCounter } from "./traffic.ts";

export interface SimulationOptions<Job, Result, Event> {
  readonly network: Network;
  /** Makes a party's machine, once, when the first input for it is due. */
  readonly party: (id: PartyId) => Party<Job, Result, Event>;
  /** Does the work. */
  readonly execute: (job: Job) => Promise<Result>;
  /** Examples that a client's job passes over; its simulated time follows from it. The server's jobs take none. */
  readonly workload: (job: Job) => number;
  /** Whether this event of the server ends the set-up or an attempt at a round; clients that dropped out come back then. */
  readonly roundEnd: (event: Event) => "finished" | "failed" | null;
  /** The event of a frame that was refused at the receiver's door. Default: nothing is recorded. */
  readonly refuse?: (from: PartyId, error: FrameError) => Event;
  /** Most jobs in execution, their unread results included, >= 1. Bounds memory. */
  readonly lookahead: number;
}

export interface SimulatedEvent<Event> {
  /** Simulated seconds since the start. */
  readonly at: number;
  readonly event: Event;
}

type Item<Job> =
  | { readonly kind: "deliver"; readonly from: PartyId; readonly to: PartyId; readonly frame: Uint8Array }
  | { readonly kind: "timer"; readonly party: PartyId; readonly id: string }
  | { readonly kind: "job"; readonly party: PartyId; readonly id: string; readonly job: Job }
  | { readonly kind: "leave"; readonly party: PartyId; readonly returnsAfter: number | null }
  /** Only the connection breaks. */
  | { readonly kind: "break"; readonly party: PartyId; readonly seconds: number }
  | { readonly kind: "return"; readonly party: PartyId };

/** Plain data; opaque outside this file. */
export interface SimulationState<Job> {
  readonly now: number;
  readonly finished: boolean;
  readonly queue: QueueSnapshot<Item<Job>>;
  readonly pending: ReadonlyMap<PartyId, ReadonlyMap<string, number>>;
  readonly away: ReadonlySet<PartyId>;
  readonly leaving: ReadonlyMap<PartyId, number>;
  readonly dropouts: ReadonlySet<PartyId>;
  readonly attempt: number;
  readonly sent: ReadonlyMap<string, number>;
  readonly broken: ReadonlyMap<PartyId, number>;
  readonly parties: ReadonlyMap<PartyId, unknown>;
}

const SERVER = "server";

/**
 * Jobs rank behind everything else that is due at the same time. Where nothing takes time, a thousand clients
 * finish at one moment: each answer then reaches the server before the next client's result is made, and memory
 * holds a few updates and not a thousand.
 */
const AFTER_OTHERS = 1;

export class Simulation<Job, Result, Event> {
  readonly #options: SimulationOptions<Job, Result, Event>;
  readonly #jobs: JobRunner<Job, Result>;
  readonly #parties = new Map<PartyId, Party<Job, Result, Event>>();
  readonly #decoded = new WeakMap<Uint8Array, Message>();
  readonly traffic = new TrafficCounter();
  #events: SimulatedEvent<Event>[] = [];
  #failure: { readonly code: string; readonly message: string } | undefined;
  #started = false;

  // The world, as a snapshot holds it.
  #now = 0;
  #finished = false;
  #queue = new EventQueue<Item<Job>>();
  /** Queue entry of every timer and job that is not yet due, by party and id. */
  #pending = new Map<PartyId, Map<string, number>>();
  #away = new Set<PartyId>();
  /** Queue entry at which a client will leave, or -1 for one that stays; drawn once per attempt at a round. */
  #leaving = new Map<PartyId, number>();
  /** Those away until the round ends. */
  #dropouts = new Set<PartyId>();
  /** Failed attempts at the current round so far. */
  #attempt = 0;
  /** Messages sent so far in this attempt, by link; names the random draws of each message. */
  #sent = new Map<string, number>();
  /** When each connection that broke is back, simulated seconds since the start. */
  #broken = new Map<PartyId, number>();

  constructor(options: SimulationOptions<Job, Result, Event>) {
    this.#options = options;
    this.#jobs = new JobRunner(options.execute, options.lookahead);
  }

  get now(): number {
    return this.#now;
  }

  /** True once the server has finished. */
  get finished(): boolean {
    return this.#finished;
  }

  /**
   * Runs until the server finishes or `signal` aborts, giving the recorded events in batches; after each batch
   * the world is consistent and may be snapshotted.
   *
   * @throws RunError with the server's code when it gives up; `simulation.stalled` when nothing is left to happen
   */
  async *run(signal?: AbortSignal): AsyncGenerator<SimulatedEvent<Event>[]> {
    if (!this.#started) {
      this.#started = true;
      this.#dispatch(SERVER, { kind: "start" });
    }
    for (;;) {
      if (this.#events.length > 0) {
        const batch = this.#events;
        this.#events = [];
        yield batch;
      }
      if (this.#failure) throw new RunError(this.#failure.code, this.#failure.message);
      if (this.#finished || signal?.aborted) return;
      await this.#next();
    }
  }

  snapshot(): SimulationState<Job> {
    return {
      now: this.#now,
      finished: this.#finished,
      queue: this.#queue.snapshot(),
      pending: this.#pending,
      away: this.#away,
      leaving: this.#leaving,
      dropouts: this.#dropouts,
      attempt: this.#attempt,
      sent: this.#sent,
      broken: this.#broken,
      parties: new Map([...this.#parties].map(([id, party]) => [id, party.snapshot()])),
    };
  }

  /** Continues from a snapshot; only before the first `run`. */
  restore(state: SimulationState<Job>): void {
    this.#started = true;
    this.#now = state.now;
    this.#finished = state.finished;
    this.#queue = EventQueue.restore(state.queue);
    this.#pending = new Map([...state.pending].map(([party, entries]) => [party, new Map(entries)]));
    this.#away = new Set(state.away);
    this.#leaving = new Map(state.leaving);
    this.#dropouts = new Set(state.dropouts);
    this.#attempt = state.attempt;
    this.#sent = new Map(state.sent);
    this.#broken = new Map(state.broken);
    for (const [id, partyState] of state.parties) this.#party(id).restore(partyState);
    for (const { time, sequence, item } of state.queue.entries) {
      if (item.kind === "job") this.#jobs.schedule(sequence, time, item.job);
    }
  }

  async #next(): Promise<void> {
    this.#jobs.startAhead();
    const entry = this.#queue.pop();
    if (entry === undefined) {
      throw new RunError(
        "simulation.stalled",
        "The run cannot go on: nothing is left to happen, and the server still waits for answers. Set a deadline.",
      );
    }
    const { item, sequence } = entry;
    this.#now = Math.max(this.#now, entry.time);
    switch (item.kind) {
      case "deliver":
        this.#deliver(item);
        break;
      case "timer":
        this.#forget(item.party, item.id);
        this.#dispatch(item.party, { kind: "timer", id: item.id });
        break;
      case "job": {
        this.#forget(item.party, item.id);
        const result = await this.#jobs.result(sequence);
        this.#dispatch(item.party, { kind: "done", id: item.id, result });
        break;
      }
      case "leave":
        this.#leave(item.party, item.returnsAfter);
        break;
      case "break":
        this.#broken.set(item.party, this.#now + item.seconds);
        break;
      case "return":
        this.#return(item.party);
        break;
    }
  }

  #party(id: PartyId): Party<Job, Result, Event> {
    let party = this.#parties.get(id);
    if (party === undefined) {
      party = this.#options.party(id);
      this.#parties.set(id, party);
    }
    return party;
  }

  #dispatch(id: PartyId, input: Input<Result>): void {
    for (const effect of this.#party(id).handle(input, this.#now)) this.#carryOut(id, effect);
  }

  #carryOut(id: PartyId, effect: Effect<Job, Event>): void {
    switch (effect.kind) {
      case "send":
        this.#send(id, effect.to, effect.message);
        break;
      case "timer": {
        this.#cancel(id, effect.id);
        const due = this.#queue.push(this.#now + effect.after, { kind: "timer", party: id, id: effect.id });
        this.#remember(id, effect.id, due);
        break;
      }
      case "cancel":
      case "abandon":
        this.#cancel(id, effect.id);
        break;
      case "job":
        this.#startJob(id, effect.id, effect.round, effect.job);
        break;
      case "record":
        this.#events.push({ at: this.#now, event: effect.event });
        if (id === SERVER) this.#endRound(this.#options.roundEnd(effect.event));
        break;
      case "finish":
        if (id !== SERVER) break;
        this.#finished = effect.error === undefined;
        this.#failure = effect.error;
        break;
    }
  }

  #send(from: PartyId, recipients: readonly PartyId[], message: Message): void {
    const { network } = this.#options;
    const { round } = message;
    const frame = encodeMessage(message);
    for (const to of recipients) {
      const link = from + SEPARATOR + to;
      const sequence = this.#sent.get(link) ?? 0;
      this.#sent.set(link, sequence + 1);
      this.traffic.count({ from, to, bytes: frame.length, message, at: this.#now });
      // Named by position, not by kind: so schemes with other messages meet the same delays.
      const question = { round, attempt: this.#attempt, from, to, purpose: "message", sequence };
      const seconds = network.linkSeconds({ ...question, bytes: frame.length });
      for (const { after, frame: arrived } of arrivals(network, question, message, frame)) {
        this.#queue.push(this.#now + seconds + after, { kind: "deliver", from, to, frame: arrived });
      }
    }
  }

  #deliver(item: Extract<Item<Job>, { kind: "deliver" }>): void {
    const { from, to, frame } = item;
    // Nothing passes over a connection that is broken, and nothing is lost: both sides send it again.
    const passes = Math.max(this.#broken.get(from) ?? 0, this.#broken.get(to) ?? 0);
    if (passes > this.#now) {
      this.#queue.push(passes, item);
      return;
    }
    if (this.#away.has(to)) return;
    let message: Message;
    try {
      message = this.#decode(frame);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      const event = this.#options.refuse?.(from, error);
      if (event !== undefined) this.#events.push({ at: this.#now, event });
      return;
    }
    this.#dispatch(to, { kind: "message", from, message });
  }

  /** Frames are immutable, so the recipients of one broadcast share one decoded message. */
  #decode(frame: Uint8Array): Message {
    let message = this.#decoded.get(frame);
    if (message === undefined) {
      message = decodeMessage(frame);
      this.#decoded.set(frame, message);
    }
    return message;
  }

  #startJob(party: PartyId, id: string, round: number, job: Job): void {
    this.#cancel(party, id);
    const { network, workload } = this.#options;
    const moment = { round, attempt: this.#attempt, client: party };
    const seconds = party === SERVER ? 0 : network.computeSeconds({ ...moment, examples: workload(job) });
    const time = this.#now + seconds;
    const sequence = this.#queue.push(time, { kind: "job", party, id, job }, AFTER_OTHERS);
    this.#remember(party, id, sequence);
    this.#jobs.schedule(sequence, time, job);
    if (party === SERVER || this.#leaving.has(party)) return;
    const absence = network.availability({ ...moment, workSeconds: seconds });
    if (absence === null) {
      this.#leaving.set(party, -1);
      return;
    }
    const { kind, leavesAfter, returnsAfter } = absence;
    const leave = this.#queue.push(
      this.#now + leavesAfter,
      kind === "leave"
        ? { kind: "break", party, seconds: returnsAfter ?? 0 }
        : { kind: "leave", party, returnsAfter },
    );
    this.#leaving.set(party, leave);
  }

  #cancel(party: PartyId, id: string): void {
    const sequence = this.#forget(party, id);
    if (sequence === undefined) return;
    this.#queue.cancel(sequence);
    this.#jobs.abandon(sequence);
  }

  #remember(party: PartyId, id: string, sequence: number): void {
    const entries = this.#pending.get(party);
    if (entries === undefined) this.#pending.set(party, new Map([[id, sequence]]));
    else entries.set(id, sequence);
  }

  /** Takes an entry off the books, and gives its place in the queue. */
  #forget(party: PartyId, id: string): number | undefined {
    const entries = this.#pending.get(party);
    const sequence = entries?.get(id);
    entries?.delete(id);
    if (entries?.size === 0) this.#pending.delete(party);
    return sequence;
  }

  #leave(party: PartyId, returnsAfter: number | null): void {
    if (this.#away.has(party)) return;
    this.#away.add(party);
    for (const id of [...(this.#pending.get(party)?.keys() ?? [])]) this.#cancel(party, id);
    if (returnsAfter === null) this.#dropouts.add(party);
    else this.#queue.push(this.#now + returnsAfter, { kind: "return", party });
    this.#dispatch(SERVER, { kind: "left", party });
  }

  #return(party: PartyId): void {
    this.#away.delete(party);
    this.#dispatch(party, { kind: "start" });
    this.#dispatch(SERVER, { kind: "joined", party });
  }

  #endRound(end: "finished" | "failed" | null): void {
    if (end === null) return;
    if (end === "failed") this.traffic.attemptFailed();
    for (const leave of this.#leaving.values()) this.#queue.cancel(leave);
    for (const party of this.#dropouts) this.#queue.push(this.#now, { kind: "return", party });
    this.#leaving.clear();
    this.#dropouts.clear();
    this.#sent.clear();
    this.#attempt = end === "finished" ? 0 : this.#attempt + 1;
  }
}

const SEPARATOR = "\u0000";
